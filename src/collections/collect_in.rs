//! Collecting into an allocator.

use super::error::{TryReserveError, or_fail};

/// [`FromIterator`] with an allocator.
///
/// The collections of this crate have it, and yours may.
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
pub trait FromIteratorIn<T>: Sized {
    /// Where the collection lives.
    type Allocator;

    /// The elements of `iter`, in `allocator`.
    ///
    /// # Panics
    ///
    /// If that is more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: Self::Allocator) -> Self {
        or_fail(Self::try_from_iter_in(iter, allocator))
    }

    /// The twin of [`from_iter_in`](Self::from_iter_in) that returns an error.
    ///
    /// # Errors
    ///
    /// If that is more than `isize::MAX` bytes, or the allocator refuses.
    fn try_from_iter_in<I: IntoIterator<Item = T>>(
        iter: I,
        allocator: Self::Allocator,
    ) -> Result<Self, TryReserveError>;
}

/// [`Iterator::collect`] with an allocator.
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
    /// The elements, in `allocator`.
    ///
    /// # Panics
    ///
    /// If that is more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn collect_in<C: FromIteratorIn<Self::Item>>(self, allocator: C::Allocator) -> C {
        C::from_iter_in(self, allocator)
    }

    /// The twin of [`collect_in`](Self::collect_in) that returns an error.
    ///
    /// # Errors
    ///
    /// If that is more than `isize::MAX` bytes, or the allocator refuses.
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
