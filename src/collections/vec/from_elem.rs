//! Vectors of repeated elements.

use core::num::NonZero;
use core::ptr::NonNull;

use super::{Vec, into_ok};
use crate::api::Allocator;
use crate::api::contents::Contents;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};
use crate::collections::raw_buffer::RawBuffer;
use crate::collections::same_type::same_type;

/// A type whose value with all bytes zero is valid: the numbers, `bool`, `char`, thin pointers, options of types that
/// are never zero, and arrays of such types.
///
/// [`Vec::zeroed_in`] makes vectors of it from zeroed memory, without writing the elements.
///
/// # Safety
///
/// A value whose bytes are all 0 is valid.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::vec::{Vec, Zeroable}};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Point { x: f64, y: f64 }
/// // SAFETY: the type consists of two numbers.
/// unsafe impl Zeroable for Point {}
///
/// let points: Vec<Point, _> = Vec::zeroed_in(2, System);
/// assert_eq!(points, [Point { x: 0.0, y: 0.0 }; 2]);
/// ```
pub unsafe trait Zeroable {}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(
            // SAFETY: its zero bytes are the number 0, `false` or `'\0'`.
            unsafe impl Zeroable for $number {}
        )*

        /// Returns whether `T` is one of these types of std. Cloning it copies, and it has no padding, so its bytes can
        /// be read.
        #[inline(always)]
        fn is_number<T>() -> bool {
            false $(|| same_type::<T, $number>())*
        }
    };
}

macro_rules! options {
    ($($number:ty)*) => {
        $(
            // SAFETY: std guarantees that zero bytes are `None`.
            unsafe impl Zeroable for Option<NonZero<$number>> {}
        )*
    };
}
options!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char);

// SAFETY: zero bytes are valid for each element.
unsafe impl<T: Zeroable, const N: usize> Zeroable for [T; N] {}
// SAFETY: it has no bytes.
unsafe impl Zeroable for () {}
// SAFETY: any bytes are valid.
unsafe impl<T> Zeroable for core::mem::MaybeUninit<T> {}
// SAFETY: std guarantees that zero bytes are `None`.
unsafe impl<T> Zeroable for Option<NonNull<T>> {}
// SAFETY: zero bytes are the null pointer.
unsafe impl<T> Zeroable for *const T {}
// SAFETY: zero bytes are the null pointer.
unsafe impl<T> Zeroable for *mut T {}

impl<T: Zeroable, A: Allocator> Vec<T, A> {
    /// Creates a vector of `length` elements with all bytes 0, in memory that the allocator zeroes. Fresh pages of the
    /// operating system are zero already, so they are not touched.
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
    /// let counts: Vec<u32, _> = Vec::zeroed_in(1000, &arena);
    /// assert_eq!(counts, [0; 1000]);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn zeroed_in(length: usize, allocator: A) -> Self {
        into_ok(Self::make_zeroed::<Panic>(length, allocator))
    }

    /// The twin of [`zeroed_in`](Self::zeroed_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocation fails.
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
        Self::make_zeroed::<Return>(length, allocator)
    }

    #[inline]
    #[track_caller]
    fn make_zeroed<F: OnFailure>(length: usize, allocator: A) -> Result<Self, F::Error> {
        // SAFETY: zero bytes are valid, since `T: Zeroable`.
        unsafe { allocate_zeroed::<F, T, A>(length, allocator) }
    }
}

/// Creates a vector of `length` elements with all bytes 0.
///
/// # Safety
///
/// A `T` whose bytes are all 0 is valid.
#[inline]
#[track_caller]
unsafe fn allocate_zeroed<F: OnFailure, T, A: Allocator>(length: usize, allocator: A) -> Result<Vec<T, A>, F::Error> {
    let buffer = RawBuffer::with_capacity_in::<F>(length, Contents::Zeroed, allocator)?;
    Ok(Vec { buffer, length })
}

/// Creates a vector of `length` clones of `value`, for [`vec_in!`](crate::vec_in).
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn from_elem_in<T: Clone, A: Allocator>(value: T, length: usize, allocator: A) -> Vec<T, A> {
    into_ok(from_elem::<Panic, T, A>(value, length, allocator))
}

/// Creates a vector of `length` clones of `value`, for [`try_vec_in!`](crate::try_vec_in).
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
        // SAFETY: `value` is a `T` whose bytes are all 0.
        return unsafe { allocate_zeroed::<F, T, A>(length, allocator) };
    }
    let mut vec = Vec::with_room::<F>(length, allocator)?;
    vec.append_clones::<F>(length, value)?;
    Ok(vec)
}

/// Returns whether all bytes of a number are 0.
#[inline(always)]
fn is_zero<T>(number: &T) -> bool {
    debug_assert!(is_number::<T>());
    // SAFETY: the type has no padding, so all its bytes are initialised.
    let bytes = unsafe { core::slice::from_raw_parts((&raw const *number).cast::<u8>(), size_of::<T>()) };
    bytes.iter().all(|&byte| byte == 0)
}
