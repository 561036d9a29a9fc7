//! Conversions into an allocator.

use super::TryReserveError;
use super::error::or_fail;

/// [`From`] with an allocator.
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
    /// Where the result lives.
    type Allocator;

    /// `value` as this type, in `allocator`.
    ///
    /// # Panics
    ///
    /// If the result needs more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn from_in(value: T, allocator: Self::Allocator) -> Self {
        or_fail(Self::try_from_in(value, allocator))
    }

    /// The twin of [`from_in`](Self::from_in) that returns an error.
    ///
    /// # Errors
    ///
    /// If the result needs more than `isize::MAX` bytes, or the allocator refuses.
    fn try_from_in(value: T, allocator: Self::Allocator) -> Result<Self, TryReserveError>;
}

/// [`Into`] with an allocator.
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
    /// This value as another type, in `allocator`.
    ///
    /// # Panics
    ///
    /// If the result needs more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn into_in<C: FromIn<Self>>(self, allocator: C::Allocator) -> C {
        C::from_in(self, allocator)
    }

    /// The twin of [`into_in`](Self::into_in) that returns an error.
    ///
    /// # Errors
    ///
    /// If the result needs more than `isize::MAX` bytes, or the allocator refuses.
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
