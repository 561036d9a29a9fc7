//! Boxed iterators.

use core::iter::FusedIterator;

use super::Box;
use crate::api::Allocator;

/// An iterator whose [`Box`] is an iterator, too.
///
/// It is implemented for every sized iterator, and for `dyn Iterator`, `dyn DoubleEndedIterator`,
/// `dyn ExactSizeIterator` and `dyn FusedIterator`, alone or with `Send` and `Sync`. For a trait object of your own
/// trait, implement it in one line as below.
///
/// The trait exists because `[T]` could implement `Iterator` one day. If every box of an iterator were one, `Box<[T]>` could
/// therefore not implement `IntoIterator` itself.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::{Box, boxed::BoxedIterator}, unsize_box};
///
/// let squares: Box<dyn Iterator<Item = u32>, System> = unsize_box!(Box::new_in((0..5).map(|n| n * n), System));
/// assert_eq!(squares.sum::<u32>(), 30);
///
/// trait Tokens: Iterator<Item = char> {}
/// impl BoxedIterator for dyn Tokens + '_ {}
///
/// impl Tokens for std::str::Chars<'_> {}
/// let mut tokens: Box<dyn Tokens, System> = unsize_box!(Box::new_in("a+b".chars(), System));
/// assert_eq!(tokens.nth(1), Some('+'));
/// ```
#[diagnostic::on_unimplemented(
    message = "a `Box` of `{Self}` is not an iterator",
    label = "not a `BoxedIterator`",
    note = "for a `dyn Trait` of your own, write `impl BoxedIterator for dyn Trait + '_ {{}}`",
    note = "a mutable reference to the value, `&mut *boxed`, is an iterator if the value is one"
)]
pub trait BoxedIterator: Iterator {}

impl<I: Iterator> BoxedIterator for I {}

/// Implements [`BoxedIterator`] for trait objects of std's traits.
macro_rules! boxed_iterator {
    ($($trait:ident)*) => {$(
        impl<T> BoxedIterator for dyn $trait<Item = T> + '_ {}
        impl<T> BoxedIterator for dyn $trait<Item = T> + Send + '_ {}
        impl<T> BoxedIterator for dyn $trait<Item = T> + Sync + '_ {}
        impl<T> BoxedIterator for dyn $trait<Item = T> + Send + Sync + '_ {}
    )*};
}

boxed_iterator!(Iterator DoubleEndedIterator ExactSizeIterator FusedIterator);

impl<I: BoxedIterator + ?Sized, A: Allocator> Iterator for Box<I, A> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        (**self).next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (**self).size_hint()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<I::Item> {
        (**self).nth(n)
    }
}

impl<I: DoubleEndedIterator + BoxedIterator + ?Sized, A: Allocator> DoubleEndedIterator for Box<I, A> {
    #[inline]
    fn next_back(&mut self) -> Option<I::Item> {
        (**self).next_back()
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<I::Item> {
        (**self).nth_back(n)
    }
}

impl<I: ExactSizeIterator + BoxedIterator + ?Sized, A: Allocator> ExactSizeIterator for Box<I, A> {
    #[inline]
    fn len(&self) -> usize {
        (**self).len()
    }
}

impl<I: FusedIterator + BoxedIterator + ?Sized, A: Allocator> FusedIterator for Box<I, A> {}
