//! Collecting iterators into a given allocator.

use super::error::{TryReserveError, or_fail};

/// [`FromIterator`] with an allocator for the collection.
///
/// The collections of this crate implement it, and so do:
///
/// * `Box<[T], A>`, `Rc<[T], A>`, `Arc<[T], A>`, and `Box<str, A>` for the items that a [`String`](super::String) is
///   collected from;
/// * `Result<C, E>` and `Option<C>` if `C` does. Like in std, the first `Err` or `None` ends the iteration and is the
///   result.
///
/// Pairs do not, so write a loop that pushes to both collections instead of `unzip`.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, api::Allocator};
/// use janus_alloc::collections::{CollectIn, FromIteratorIn, TryReserveError, Vec};
///
/// /// Numbers in ascending order.
/// struct Sorted<A: Allocator>(Vec<u32, A>);
///
/// impl<A: Allocator> FromIteratorIn<u32> for Sorted<A> {
///     type Allocator = A;
///
///     fn try_from_iter_in<I: IntoIterator<Item = u32>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
///         let mut numbers = Vec::try_from_iter_in(iter, allocator)?;
///         numbers.sort_unstable();
///         Ok(Self(numbers))
///     }
/// }
///
/// let arena = Arena::new();
/// let sorted: Sorted<_> = [2, 3, 1].into_iter().collect_in(&arena);
/// assert_eq!(sorted.0, [1, 2, 3]);
/// ```
///
/// Stopping at the first error, and collecting into a slice:
///
/// ```
/// use std::num::ParseIntError;
///
/// use janus_alloc::{Arena, collections::{Box, CollectIn, Vec}};
///
/// let arena = Arena::new();
/// let numbers = |text: &'static str| text.split(' ').map(str::parse::<u8>);
/// let good: Result<Box<[u8], _>, ParseIntError> = numbers("1 2 3").collect_in(&arena);
/// assert_eq!(*good.unwrap(), [1, 2, 3]);
/// assert!(numbers("1 2 three").collect_in::<Result<Vec<_, _>, _>>(&arena).is_err());
/// ```
pub trait FromIteratorIn<T>: Sized {
    /// The allocator of the collection.
    type Allocator;

    /// Collects the elements of `iter`, in `allocator`.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: Self::Allocator) -> Self {
        or_fail(Self::try_from_iter_in(iter, allocator))
    }

    /// The twin of [`from_iter_in`](Self::from_iter_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocation fails.
    fn try_from_iter_in<I: IntoIterator<Item = T>>(
        iter: I,
        allocator: Self::Allocator,
    ) -> Result<Self, TryReserveError>;
}

/// [`Iterator::collect`] with an allocator for the collection.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::{CollectIn, Vec}};
///
/// let arena = Arena::new();
/// let squares = (1..4).map(|n| n * n).collect_in::<Vec<_, _>>(&arena);
/// assert_eq!(squares, [1, 4, 9]);
/// ```
pub trait CollectIn: Iterator + Sized {
    /// Collects the elements into `C`, in `allocator`.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn collect_in<C: FromIteratorIn<Self::Item>>(self, allocator: C::Allocator) -> C {
        C::from_iter_in(self, allocator)
    }

    /// The twin of [`collect_in`](Self::collect_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::{CollectIn, Vec}};
    ///
    /// assert!((0..4).try_collect_in::<Vec<_, _>>(Null).is_err());
    /// ```
    #[inline]
    fn try_collect_in<C: FromIteratorIn<Self::Item>>(self, allocator: C::Allocator) -> Result<C, TryReserveError> {
        C::try_from_iter_in(self, allocator)
    }
}

impl<I: Iterator> CollectIn for I {}

/// Yields the values of an iterator up to the first failure, which it stores in `failure`.
struct UntilFailure<'f, I, E> {
    iter: I,
    failure: &'f mut Option<E>,
}

impl<T, E, I: Iterator<Item = Result<T, E>>> Iterator for UntilFailure<'_, I, E> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.failure.is_some() {
            return None;
        }
        match self.iter.next()? {
            Ok(value) => Some(value),
            Err(failure) => {
                *self.failure = Some(failure);
                None
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        // The next item may be a failure.
        if self.failure.is_some() { (0, Some(0)) } else { (0, self.iter.size_hint().1) }
    }
}

impl<T, E, C: FromIteratorIn<T>> FromIteratorIn<Result<T, E>> for Result<C, E> {
    type Allocator = C::Allocator;

    /// Returns the collected values, or the first error. The values before the error are dropped.
    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = Result<T, E>>>(iter: I, allocator: C::Allocator) -> Self {
        let mut failure = None;
        let values = C::from_iter_in(UntilFailure { iter: iter.into_iter(), failure: &mut failure }, allocator);
        failure.map_or(Ok(values), Err)
    }

    /// Returns the collected values, or the first error. The values before the error are dropped.
    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = Result<T, E>>>(
        iter: I,
        allocator: C::Allocator,
    ) -> Result<Self, TryReserveError> {
        let mut failure = None;
        let values = C::try_from_iter_in(UntilFailure { iter: iter.into_iter(), failure: &mut failure }, allocator)?;
        Ok(failure.map_or(Ok(values), Err))
    }
}

impl<T, C: FromIteratorIn<T>> FromIteratorIn<Option<T>> for Option<C> {
    type Allocator = C::Allocator;

    /// Returns the collected values, or `None` if an item is `None`. The values before that are dropped.
    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = Option<T>>>(iter: I, allocator: C::Allocator) -> Self {
        let values = iter.into_iter().map(|value| value.ok_or(()));
        Result::<C, ()>::from_iter_in(values, allocator).ok()
    }

    /// Returns the collected values, or `None` if an item is `None`. The values before that are dropped.
    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = Option<T>>>(
        iter: I,
        allocator: C::Allocator,
    ) -> Result<Self, TryReserveError> {
        let values = iter.into_iter().map(|value| value.ok_or(()));
        Ok(Result::<C, ()>::try_from_iter_in(values, allocator)?.ok())
    }
}
