//! Boxed slices, arrays and strings.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::Box;
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Global, Layout};
use crate::collections::block::{allocate, fail};

impl<T> Box<[T]> {
    /// Allocates a block from the default for `length` values that are not initialised yet.
    ///
    /// # Panics
    ///
    /// Panics if the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let mut pair = Box::<[u32]>::new_uninit_slice(2);
    /// pair[0].write(1);
    /// pair[1].write(2);
    /// // SAFETY: both values were written above.
    /// assert_eq!(*unsafe { pair.assume_init() }, [1, 2]);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_uninit_slice(length: usize) -> Box<[MaybeUninit<T>]> {
        Self::new_uninit_slice_in(length, Global)
    }

    /// The twin of [`new_uninit_slice`](Self::new_uninit_slice) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails or the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// assert!(Box::<[u32]>::try_new_uninit_slice(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_new_uninit_slice(length: usize) -> Result<Box<[MaybeUninit<T>]>, AllocError> {
        Self::try_new_uninit_slice_in(length, Global)
    }

    /// Allocates a block from the default for `length` values whose bytes are zero.
    ///
    /// # Panics
    ///
    /// Panics if the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// // SAFETY: zero bytes are valid integers.
    /// assert_eq!(*unsafe { Box::<[u32]>::new_zeroed_slice(2).assume_init() }, [0, 0]);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_zeroed_slice(length: usize) -> Box<[MaybeUninit<T>]> {
        Self::new_zeroed_slice_in(length, Global)
    }

    /// The twin of [`new_zeroed_slice`](Self::new_zeroed_slice) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails or the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// assert!(Box::<[u32]>::try_new_zeroed_slice(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_new_zeroed_slice(length: usize) -> Result<Box<[MaybeUninit<T>]>, AllocError> {
        Self::try_new_zeroed_slice_in(length, Global)
    }
}

impl<T, A: Allocator> Box<[T], A> {
    /// Allocates a block from `allocator` for `length` values that are not initialised yet.
    ///
    /// # Panics
    ///
    /// Panics if the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut pair = Box::<[u32], _>::new_uninit_slice_in(2, System);
    /// pair[0].write(1);
    /// pair[1].write(2);
    /// // SAFETY: both values were written above.
    /// assert_eq!(*unsafe { pair.assume_init() }, [1, 2]);
    /// ```
    #[inline]
    pub fn new_uninit_slice_in(length: usize, allocator: A) -> Box<[MaybeUninit<T>], A> {
        Self::try_new_uninit_slice_in(length, allocator).unwrap_or_else(|_| fail(Layout::array::<T>(length).ok()))
    }

    /// The twin of [`new_uninit_slice_in`](Self::new_uninit_slice_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails or the block would have more than `isize::MAX` bytes. The allocator
    /// is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Box};
    ///
    /// assert!(Box::<[u32], _>::try_new_uninit_slice_in(2, Null).is_err());
    /// assert!(Box::<[u32], _>::try_new_uninit_slice_in(0, Null).is_ok());
    /// ```
    #[inline]
    pub fn try_new_uninit_slice_in(length: usize, allocator: A) -> Result<Box<[MaybeUninit<T>], A>, AllocError> {
        new_slice_in(length, allocator, Contents::Uninit)
    }

    /// Allocates a block from `allocator` for `length` values whose bytes are zero.
    ///
    /// # Panics
    ///
    /// Panics if the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pages, collections::Box};
    ///
    /// let table = Box::<[u64], _>::new_zeroed_slice_in(100_000, Pages::new());
    /// // SAFETY: zero bytes are valid integers.
    /// assert_eq!(unsafe { table.assume_init() }[99_999], 0);
    /// ```
    #[inline]
    pub fn new_zeroed_slice_in(length: usize, allocator: A) -> Box<[MaybeUninit<T>], A> {
        Self::try_new_zeroed_slice_in(length, allocator).unwrap_or_else(|_| fail(Layout::array::<T>(length).ok()))
    }

    /// The twin of [`new_zeroed_slice_in`](Self::new_zeroed_slice_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails or the block would have more than `isize::MAX` bytes. The allocator
    /// is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Box};
    ///
    /// assert!(Box::<[u32], _>::try_new_zeroed_slice_in(2, Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_zeroed_slice_in(length: usize, allocator: A) -> Result<Box<[MaybeUninit<T>], A>, AllocError> {
        new_slice_in(length, allocator, Contents::Zeroed)
    }
}

#[inline]
fn new_slice_in<T, A: Allocator>(
    length: usize,
    allocator: A,
    contents: Contents,
) -> Result<Box<[MaybeUninit<T>], A>, AllocError> {
    let layout = Layout::array::<T>(length).map_err(|_| AllocError)?;
    let block = allocate(&allocator, layout, contents)?;
    let values = NonNull::slice_from_raw_parts(block.cast(), length);
    // SAFETY: `MaybeUninit`s need no initialisation and have the layout of `T`s. The block is new and has the layout of
    // `length` values, or the size is 0 and the pointer is aligned and dangling.
    Ok(unsafe { Box::from_non_null_in(values, allocator) })
}

impl<T, A: Allocator> Box<T, A> {
    /// Converts the box to one of a slice of length 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let slice: Box<[i32], System> = Box::into_boxed_slice(Box::new_in(5, System));
    /// assert_eq!(*slice, [5]);
    /// ```
    #[inline]
    pub fn into_boxed_slice(boxed: Self) -> Box<[T], A> {
        let (value, allocator) = Self::into_non_null_with_allocator(boxed);
        // SAFETY: pointer and allocator are those of a box of the same value and layout.
        unsafe { Box::from_non_null_in(NonNull::slice_from_raw_parts(value, 1), allocator) }
    }
}

impl<T, A: Allocator, const N: usize> Box<[T; N], A> {
    /// Converts the boxed array to a boxed slice, as [`unsize_box!`](crate::unsize_box) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let primes: Box<[i32], System> = Box::slice(Box::new_in([2, 3, 5], System));
    /// assert_eq!(primes.len(), 3);
    /// ```
    #[inline]
    pub fn slice(boxed: Self) -> Box<[T], A> {
        let (array, allocator) = Self::into_non_null_with_allocator(boxed);
        // SAFETY: pointer and allocator are those of a box of the same value and layout.
        unsafe { Box::from_non_null_in(NonNull::slice_from_raw_parts(array.cast(), N), allocator) }
    }
}

/// Converts a boxed slice to a boxed array.
///
/// # Safety
///
/// The length of `slice` is `N`.
#[inline]
pub(super) unsafe fn into_array_unchecked<T, A: Allocator, const N: usize>(slice: Box<[T], A>) -> Box<[T; N], A> {
    debug_assert_eq!(slice.len(), N);
    let (values, allocator) = Box::into_non_null_with_allocator(slice);
    // SAFETY: pointer and allocator are those of a box of `N` values by `# Safety` of this fn, which has the layout of
    // the array.
    unsafe { Box::from_non_null_in(values.cast(), allocator) }
}

impl<T, A: Allocator, const N: usize> TryFrom<Box<[T], A>> for Box<[T; N], A> {
    type Error = Box<[T], A>;

    /// Converts a boxed slice of length `N` to a boxed array.
    ///
    /// # Errors
    ///
    /// Returns the slice if its length is not `N`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let slice: Box<[i32], _> = Box::clone_from_ref_in(&[2, 3, 5][..], System);
    /// let slice = <Box<[i32; 2], _>>::try_from(slice).unwrap_err();
    /// assert_eq!(*<Box<[i32; 3], _>>::try_from(slice).unwrap(), [2, 3, 5]);
    /// ```
    #[inline]
    fn try_from(slice: Box<[T], A>) -> Result<Self, Self::Error> {
        if slice.len() != N {
            return Err(slice);
        }
        // SAFETY: the length was checked above.
        Ok(unsafe { into_array_unchecked(slice) })
    }
}

impl<A: Allocator> Box<str, A> {
    /// Converts the string to its bytes, as `Box::from` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let name = Box::clone_from_ref_in("Janus", System);
    /// assert_eq!(*name.into_boxed_bytes(), *b"Janus");
    /// ```
    #[inline]
    #[must_use = "the string is consumed"]
    pub fn into_boxed_bytes(self) -> Box<[u8], A> {
        let (string, allocator) = Self::into_raw_with_allocator(self);
        // SAFETY: pointer and allocator are those of a box of the same bytes and layout.
        unsafe { Box::from_raw_in(string as *mut [u8], allocator) }
    }
}

impl<A: Allocator> From<Box<str, A>> for Box<[u8], A> {
    #[inline]
    fn from(string: Box<str, A>) -> Self {
        string.into_boxed_bytes()
    }
}

/// Converts boxed bytes to a boxed string without checking that they are UTF-8.
///
/// # Safety
///
/// The bytes are UTF-8.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::boxed::{Box, from_boxed_utf8_unchecked}};
///
/// let bytes = Box::slice(Box::new_in(*b"Janus", System));
/// // SAFETY: ASCII is UTF-8.
/// assert_eq!(&*unsafe { from_boxed_utf8_unchecked(bytes) }, "Janus");
/// ```
#[inline]
pub unsafe fn from_boxed_utf8_unchecked<A: Allocator>(bytes: Box<[u8], A>) -> Box<str, A> {
    let (bytes, allocator) = Box::into_raw_with_allocator(bytes);
    // SAFETY: pointer and allocator are those of a box of the same layout, whose bytes are UTF-8 by `# Safety` of this fn.
    unsafe { Box::from_raw_in(bytes as *mut str, allocator) }
}
