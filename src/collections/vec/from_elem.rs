//! Vectors that begin with many equal elements.

use core::num::NonZero;
use core::ptr::NonNull;

use super::{Vec, sure};
use crate::api::Allocator;
use crate::collections::block::Contents;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};
use crate::collections::raw_buffer::RawBuffer;
use crate::collections::same_type::same_type;

/// A type whose value may consist of zero bytes alone: the numbers, `bool`, `char`, thin pointers, options of what is never 0,
/// and arrays of such.
///
/// [`Vec::zeroed_in`] makes vectors of it from memory that is already zero.
///
/// # Safety
///
/// A value of which each byte is 0 is valid.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::vec::{Vec, Zeroable}};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Point { x: f64, y: f64 }
/// // SAFETY: two numbers.
/// unsafe impl Zeroable for Point {}
///
/// let points: Vec<Point, _> = Vec::zeroed_in(2, System);
/// assert_eq!(points, [Point { x: 0.0, y: 0.0 }; 2]);
/// ```
pub unsafe trait Zeroable {}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(
            // SAFETY: the number (the `false`, the first character) 0.
            unsafe impl Zeroable for $number {}
        )*

        /// Whether `T` is one of std's types whose clone is a copy and whose every byte means something, so that it may be looked
        /// at byte by byte.
        #[inline(always)]
        fn is_number<T>() -> bool {
            false $(|| same_type::<T, $number>())*
        }
    };
}

macro_rules! options {
    ($($number:ty)*) => {
        $(
            // SAFETY: `None`, as std promises.
            unsafe impl Zeroable for Option<NonZero<$number>> {}
        )*
    };
}
options!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char);

// SAFETY: each element is valid.
unsafe impl<T: Zeroable, const N: usize> Zeroable for [T; N] {}
// SAFETY: there is nothing to be valid.
unsafe impl Zeroable for () {}
// SAFETY: any bytes are valid, and none.
unsafe impl<T> Zeroable for core::mem::MaybeUninit<T> {}
// SAFETY: `None`, as std promises.
unsafe impl<T> Zeroable for Option<NonNull<T>> {}
// SAFETY: the null pointer.
unsafe impl<T> Zeroable for *const T {}
// SAFETY: the null pointer.
unsafe impl<T> Zeroable for *mut T {}

impl<T: Zeroable, A: Allocator> Vec<T, A> {
    /// `length` elements of zero bytes, in memory that the allocator zeroes: fresh pages of the operating system are not touched.
    ///
    /// # Panics
    ///
    /// If the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Vec};
    ///
    /// let arena = Arena::new();
    /// let counts: Vec<u32, _> = Vec::zeroed_in(1000, &arena);
    /// assert_eq!(counts, [0; 1000]);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn zeroed_in(length: usize, allocator: A) -> Self {
        sure(Self::zeroed::<Panic>(length, allocator))
    }

    /// The twin of [`zeroed_in`](Self::zeroed_in) that returns an error.
    ///
    /// # Errors
    ///
    /// If the elements need more than `isize::MAX` bytes, or the allocator refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Vec};
    ///
    /// assert!(Vec::<u64, _>::try_zeroed_in(usize::MAX, System).is_err());
    /// ```
    #[inline]
    pub fn try_zeroed_in(length: usize, allocator: A) -> Result<Self, TryReserveError> {
        Self::zeroed::<Return>(length, allocator)
    }

    #[inline]
    #[track_caller]
    fn zeroed<F: OnFailure>(length: usize, allocator: A) -> Result<Self, F::Error> {
        // SAFETY: zero bytes are a `T`.
        unsafe { zeroes::<F, T, A>(length, allocator) }
    }
}

/// `length` elements of zero bytes.
///
/// # Safety
///
/// Zero bytes are a valid `T`.
#[inline]
#[track_caller]
unsafe fn zeroes<F: OnFailure, T, A: Allocator>(length: usize, allocator: A) -> Result<Vec<T, A>, F::Error> {
    let buffer = RawBuffer::with_capacity_in::<F>(length, Contents::Zeroes, allocator)?;
    Ok(Vec { buffer, length })
}

/// `length` times `value`, for [`vec_in!`](crate::vec_in).
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn from_elem_in<T: Clone, A: Allocator>(value: T, length: usize, allocator: A) -> Vec<T, A> {
    sure(from_elem::<Panic, T, A>(value, length, allocator))
}

/// `length` times `value`, for [`try_vec_in!`](crate::try_vec_in).
#[doc(hidden)]
#[inline]
pub fn try_from_elem_in<T: Clone, A: Allocator>(
    value: T,
    length: usize,
    allocator: A,
) -> Result<Vec<T, A>, TryReserveError> {
    from_elem::<Return, T, A>(value, length, allocator)
}

#[inline]
#[track_caller]
fn from_elem<F: OnFailure, T: Clone, A: Allocator>(
    value: T,
    length: usize,
    allocator: A,
) -> Result<Vec<T, A>, F::Error> {
    if is_number::<T>() && is_zero(&value) {
        // SAFETY: `value` is one.
        return unsafe { zeroes::<F, T, A>(length, allocator) };
    }
    let mut vec = Vec::with_room::<F>(length, allocator)?;
    vec.append_clones::<F>(length, value)?;
    Ok(vec)
}

/// Whether each byte of a number is 0.
#[inline(always)]
fn is_zero<T>(number: &T) -> bool {
    debug_assert!(is_number::<T>());
    // SAFETY: each byte of a number is initialised.
    let bytes = unsafe { core::slice::from_raw_parts((&raw const *number).cast::<u8>(), size_of::<T>()) };
    bytes.iter().all(|&byte| byte == 0)
}
