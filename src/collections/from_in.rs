//! Conversions that place their result in a given allocator.

use super::TryReserveError;
use super::error::or_fail;

/// [`From`] with an allocator for the result.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::{FromIn, Vec}};
///
/// let arena = Arena::new();
/// assert_eq!(Vec::from_in([1, 2, 3], &arena), [1, 2, 3]);
/// assert_eq!(Vec::from_in("janus", &arena), b"janus");
/// assert_eq!(Vec::from_in(std::vec![1, 2], &arena), [1, 2]);
/// ```
pub trait FromIn<T>: Sized {
    /// The allocator of the result.
    type Allocator;

    /// Converts `value` into this type, in `allocator`.
    ///
    /// # Panics
    ///
    /// Panics if the result needs more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn from_in(value: T, allocator: Self::Allocator) -> Self {
        or_fail(Self::try_from_in(value, allocator))
    }

    /// The twin of [`from_in`](Self::from_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the result needs more than `isize::MAX` bytes, or if the allocation fails.
    fn try_from_in(value: T, allocator: Self::Allocator) -> Result<Self, TryReserveError>;
}

/// [`Into`] with an allocator for the result.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::{IntoIn, Vec}};
///
/// let arena = Arena::new();
/// let numbers: Vec<i32, _> = [1, 2, 3].into_in(&arena);
/// assert_eq!(numbers, [1, 2, 3]);
/// ```
pub trait IntoIn: Sized {
    /// Converts this value into another type, in `allocator`.
    ///
    /// # Panics
    ///
    /// Panics if the result needs more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn into_in<C: FromIn<Self>>(self, allocator: C::Allocator) -> C {
        C::from_in(self, allocator)
    }

    /// The twin of [`into_in`](Self::into_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the result needs more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::{IntoIn, Vec}};
    ///
    /// assert!([1, 2].try_into_in::<Vec<_, _>>(Null).is_err());
    /// ```
    #[inline]
    fn try_into_in<C: FromIn<Self>>(self, allocator: C::Allocator) -> Result<C, TryReserveError> {
        C::try_from_in(self, allocator)
    }
}

impl<T> IntoIn for T {}
