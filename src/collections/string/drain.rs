//! A range of a string on its way out.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::{Range, RangeBounds};
use core::ptr::NonNull;
use core::str::Chars;

use super::String;
use crate::api::{Allocator, Global};
use crate::collections::bounds;

/// The iterator that takes a range of characters out of a [`String`]: see [`String::drain`].
///
/// When it is dropped, the whole range is taken out. If it is forgotten, the string stays as it was.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{String, string::Drain}};
///
/// let mut name = String::from("Ja--nus");
/// let mut drain: Drain<'_, Global> = name.drain(2..4);
/// assert_eq!(drain.next_back(), Some('-'));
/// assert_eq!(drain.as_str(), "-");
/// drop(drain);
/// assert_eq!(name, "Janus");
/// ```
pub struct Drain<'s, A: Allocator = Global> {
    /// Borrowed alone for `'s`. Nobody changes it before the iterator is dropped, so that `left` may be read.
    string: NonNull<String<A>>,
    /// The text that is taken out in the end: whole characters of the string.
    range: Range<usize>,
    /// Those of the range that have not been returned.
    left: Chars<'s>,
    borrows: PhantomData<&'s String<A>>,
}

// SAFETY: the iterator is a string that is borrowed alone.
unsafe impl<A: Allocator + Send> Send for Drain<'_, A> {}
// SAFETY: a shared iterator gives shared text and a shared allocator.
unsafe impl<A: Allocator + Sync> Sync for Drain<'_, A> {}

impl<A: Allocator> String<A> {
    /// Takes the characters in `range` out, one by one, and moves those behind it in the end.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the text, or an end of it lies within a character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("two-faced Janus");
    /// assert_eq!(name.drain(..10).filter(|char| *char == 'e').count(), 1);
    /// assert_eq!(name, "Janus");
    /// ```
    #[track_caller]
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> Drain<'_, A> {
        let range = bounds::indexes(range, self.len());
        self.check_boundary(range.start);
        self.check_boundary(range.end);
        let string = NonNull::from(self);
        // SAFETY: borrowed alone until the iterator is gone, which changes it in its drop only.
        let text: &str = unsafe { string.as_ref() };
        // SAFETY: within the length, between characters, as checked.
        let left = unsafe { text.get_unchecked(range.clone()) }.chars();
        Drain { string, range, left, borrows: PhantomData }
    }
}

impl<A: Allocator> Drain<'_, A> {
    /// The text left.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// let mut drain = name.drain(..);
    /// drain.next();
    /// assert_eq!(drain.as_str(), "anus");
    /// ```
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.left.as_str()
    }

    /// The allocator of the string.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::{FromIn, String}};
    ///
    /// let mut name = String::from_in("Janus", Stats::new(System));
    /// assert_eq!(name.drain(1..).allocator().snapshot().live_bytes, 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(&self) -> &A {
        // SAFETY: the string is borrowed, and nobody changes it while the iterator is shared.
        unsafe { self.string.as_ref() }.allocator()
    }
}

impl<A: Allocator> Iterator for Drain<'_, A> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        self.left.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<char> {
        self.next_back()
    }
}

impl<A: Allocator> DoubleEndedIterator for Drain<'_, A> {
    #[inline]
    fn next_back(&mut self) -> Option<char> {
        self.left.next_back()
    }
}

impl<A: Allocator> FusedIterator for Drain<'_, A> {}

impl<A: Allocator> Drop for Drain<'_, A> {
    fn drop(&mut self) {
        // The text left is not read again.
        self.left = "".chars();
        // SAFETY: borrowed alone.
        let string = unsafe { self.string.as_mut() };
        string.close_gap(self.range.start, self.range.len());
    }
}

impl<A: Allocator> AsRef<str> for Drain<'_, A> {
    #[inline]
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<A: Allocator> AsRef<[u8]> for Drain<'_, A> {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl<A: Allocator> fmt::Debug for Drain<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain").field(&self.as_str()).finish()
    }
}
