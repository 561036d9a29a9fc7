//! Conversions into a vector in a given allocator. On the default allocator they are std's `From` and `FromIterator`.

use alloc::borrow::Cow;
use core::mem::ManuallyDrop;

use super::{Vec, fill, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};
use crate::collections::{CloneIn, FromIn, FromIteratorIn};

impl<T, A: Allocator> Vec<T, A> {
    /// Collects the elements of `iter`, in `allocator`. It is [`FromIteratorIn`] without the trait.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Vec};
    ///
    /// let arena = Arena::new();
    /// assert_eq!(Vec::from_iter_in(0..4, &arena), [0, 1, 2, 3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Self {
        into_ok(Self::collect::<Panic>(iter.into_iter(), allocator))
    }

    /// The twin of [`from_iter_in`](Self::from_iter_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Vec};
    ///
    /// assert!(Vec::try_from_iter_in(0..4, Null).is_err());
    /// ```
    #[inline]
    pub fn try_from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Result<Self, TryReserveError> {
        Self::collect::<Return>(iter.into_iter(), allocator)
    }

    #[inline]
    #[track_caller]
    fn collect<F: OnFailure>(iter: impl Iterator<Item = T>, allocator: A) -> Result<Self, F::Error> {
        let promised = fill::exact_size_hint(&iter);
        let mut vec = Self::with_room::<F>(promised, allocator)?;
        vec.fill::<F, _>(iter, promised)?;
        Ok(vec)
    }

    #[inline]
    #[track_caller]
    pub(super) fn from_array<F: OnFailure, const N: usize>(elements: [T; N], allocator: A) -> Result<Self, F::Error> {
        let mut vec = Self::with_room::<F>(N, allocator)?;
        let elements = ManuallyDrop::new(elements);
        // SAFETY: the array is in other memory, and its elements are not used again.
        unsafe { vec.take_all::<F>(elements.as_slice()) }?;
        Ok(vec)
    }

    #[inline]
    #[track_caller]
    fn move_from_std<F: OnFailure>(mut elements: alloc::vec::Vec<T>, allocator: A) -> Result<Self, F::Error> {
        let mut vec = Self::with_room::<F>(elements.len(), allocator)?;
        // SAFETY: `elements` is another vector, and the next line makes it forget the elements.
        unsafe { vec.take_all::<F>(elements.as_slice()) }?;
        // SAFETY: a length of 0 claims no elements.
        unsafe { elements.set_len(0) };
        Ok(vec)
    }

    #[inline]
    #[track_caller]
    fn move_from<F: OnFailure, B: Allocator>(mut elements: Vec<T, B>, allocator: A) -> Result<Self, F::Error> {
        let mut vec = Self::with_room::<F>(elements.len(), allocator)?;
        // SAFETY: `elements` is another vector, and the next line makes it forget the elements.
        unsafe { vec.take_all::<F>(elements.as_slice()) }?;
        elements.length = 0;
        Ok(vec)
    }
}

impl<T, A: Allocator> FromIteratorIn<T> for Vec<T, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Self {
        Vec::from_iter_in(iter, allocator)
    }

    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        Vec::try_from_iter_in(iter, allocator)
    }
}

/// Implements `FromIn` for each `$source`, with one body for both methods.
macro_rules! from_in {
    ($($(#[$docs:meta])* [$($generics:tt)*] $source:ty => $vec:ty, by |$value:ident, $allocator:ident| <$f:ident> $body:expr;)*) => {
        $(
            $(#[$docs])*
            impl<$($generics)*> FromIn<$source> for $vec {
                type Allocator = A;

                #[inline]
                #[track_caller]
                fn from_in($value: $source, $allocator: A) -> Self {
                    type $f = Panic;
                    into_ok($body)
                }

                #[inline]
                fn try_from_in($value: $source, $allocator: A) -> Result<Self, TryReserveError> {
                    type $f = Return;
                    $body
                }
            }
        )*
    };
}
from_in! {
    [T, A: Allocator, const N: usize] [T; N] => Vec<T, A>, by |array, allocator| <F> Self::from_array::<F, N>(array, allocator);
    [T: Clone, A: Allocator] &[T] => Vec<T, A>, by |elements, allocator| <F> Self::clone_slice::<F>(elements, allocator);
    [T: Clone, A: Allocator] &mut [T] => Vec<T, A>, by |elements, allocator| <F> Self::clone_slice::<F>(elements, allocator);
    [T: Clone, A: Allocator, const N: usize] &[T; N] => Vec<T, A>, by |array, allocator| <F> Self::clone_slice::<F>(array, allocator);
    [T: Clone, A: Allocator, const N: usize] &mut [T; N] => Vec<T, A>,
        by |array, allocator| <F> Self::clone_slice::<F>(array, allocator);
    [A: Allocator] &str => Vec<u8, A>, by |text, allocator| <F> Self::clone_slice::<F>(text.as_bytes(), allocator);
    [T: Clone, A: Allocator] Cow<'_, [T]> => Vec<T, A>, by |elements, allocator| <F> match elements {
        Cow::Borrowed(elements) => Self::clone_slice::<F>(elements, allocator),
        Cow::Owned(vec) => Self::move_from_std::<F>(vec, allocator),
    };
    [T, A: Allocator] alloc::vec::Vec<T> => Vec<T, A>, by |vec, allocator| <F> Self::move_from_std::<F>(vec, allocator);
    [T, A: Allocator] alloc::boxed::Box<[T]> => Vec<T, A>,
        by |boxed, allocator| <F> Self::move_from_std::<F>(boxed.into_vec(), allocator);
    [T, B: Allocator, A: Allocator] Vec<T, B> => Vec<T, A>, by |vec, allocator| <F> Self::move_from::<F, B>(vec, allocator);
}

impl<T: CloneIn<B>, A: Allocator, B: Allocator + Clone> CloneIn<B> for Vec<T, A> {
    type Cloned = Vec<T::Cloned, B>;

    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        let mut cloned = Vec::try_with_capacity_in(self.len(), allocator.clone())?;
        for element in self {
            cloned.try_push(element.try_clone_in(allocator.clone())?)?;
        }
        Ok(cloned)
    }
}
