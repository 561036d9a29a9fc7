//! Slices whose values are not initialised yet.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::{Arc, Counts, Strong};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Global, Layout};
use crate::collections::counted::fail;

impl<T> Arc<[T]> {
    /// Allocates a block from the default for `length` values that are not initialised yet.
    ///
    /// # Panics
    ///
    /// Panics if the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let mut pair = Arc::<[u32]>::new_uninit_slice(2);
    /// for place in Arc::get_mut(&mut pair).unwrap() {
    ///     place.write(7);
    /// }
    /// // SAFETY: both values were written above.
    /// assert_eq!(*unsafe { pair.assume_init() }, [7, 7]);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_uninit_slice(length: usize) -> Arc<[MaybeUninit<T>]> {
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
    /// assert!(janus_alloc::collections::Arc::<[u32]>::try_new_uninit_slice(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_new_uninit_slice(length: usize) -> Result<Arc<[MaybeUninit<T>]>, AllocError> {
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
    /// use janus_alloc::collections::Arc;
    ///
    /// // SAFETY: zero bytes are valid integers.
    /// assert_eq!(*unsafe { Arc::<[u32]>::new_zeroed_slice(2).assume_init() }, [0, 0]);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_zeroed_slice(length: usize) -> Arc<[MaybeUninit<T>]> {
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
    /// assert!(janus_alloc::collections::Arc::<[u32]>::try_new_zeroed_slice(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_new_zeroed_slice(length: usize) -> Result<Arc<[MaybeUninit<T>]>, AllocError> {
        Self::try_new_zeroed_slice_in(length, Global)
    }
}

impl<T, A: Allocator> Arc<[T], A> {
    /// Allocates a block from `allocator` for `length` values that are not initialised yet.
    ///
    /// # Panics
    ///
    /// Panics if the block would have more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let mut pair = Arc::<[u32], _>::new_uninit_slice_in(2, System);
    /// for place in Arc::get_mut(&mut pair).unwrap() {
    ///     place.write(7);
    /// }
    /// // SAFETY: both values were written above.
    /// assert_eq!(*unsafe { pair.assume_init() }, [7, 7]);
    /// ```
    #[inline]
    pub fn new_uninit_slice_in(length: usize, allocator: A) -> Arc<[MaybeUninit<T>], A> {
        let slice = Self::try_new_uninit_slice_in(length, allocator);
        slice.unwrap_or_else(|_| fail::<Counts>(Layout::array::<T>(length).ok()))
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::<[u32], _>::try_new_uninit_slice_in(2, Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_uninit_slice_in(length: usize, allocator: A) -> Result<Arc<[MaybeUninit<T>], A>, AllocError> {
        Ok(Arc(Strong::<[T], A, _>::uninit_slice(length, Contents::Uninit, allocator)?))
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
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// // SAFETY: zero bytes are valid integers.
    /// assert_eq!(*unsafe { Arc::<[u32], _>::new_zeroed_slice_in(2, System).assume_init() }, [0, 0]);
    /// ```
    #[inline]
    pub fn new_zeroed_slice_in(length: usize, allocator: A) -> Arc<[MaybeUninit<T>], A> {
        let slice = Self::try_new_zeroed_slice_in(length, allocator);
        slice.unwrap_or_else(|_| fail::<Counts>(Layout::array::<T>(length).ok()))
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::<[u32], _>::try_new_zeroed_slice_in(2, Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_zeroed_slice_in(length: usize, allocator: A) -> Result<Arc<[MaybeUninit<T>], A>, AllocError> {
        Ok(Arc(Strong::<[T], A, _>::uninit_slice(length, Contents::Zeroed, allocator)?))
    }
}

impl<T, A: Allocator> Arc<[MaybeUninit<T>], A> {
    /// Converts the pointer to one to the initialised values.
    ///
    /// # Safety
    ///
    /// Every value is initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// // SAFETY: zero bytes are valid integers.
    /// assert_eq!(unsafe { Arc::<[u32], _>::new_zeroed_slice_in(3, System).assume_init() }.len(), 3);
    /// ```
    #[inline]
    pub unsafe fn assume_init(self) -> Arc<[T], A> {
        let (values, allocator) = self.0.into_parts();
        let values = NonNull::slice_from_raw_parts(values.cast(), values.len());
        // SAFETY: the invariants held for `self`, whose reference passes to the result. The values have the layout of
        // as many `MaybeUninit<T>`s, and are initialised by `# Safety` of this fn.
        Arc(unsafe { Strong::from_parts(values, allocator) })
    }
}
