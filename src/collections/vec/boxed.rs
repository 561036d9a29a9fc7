//! Conversion into boxed slices, which have no unused capacity.

use core::ptr;

use super::{Vec, into_ok};
use crate::api::Allocator;
use crate::collections::Box;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> Vec<T, A> {
    /// Converts into a boxed slice, after freeing the unused capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let boxed = janus_alloc::collections::Vec::from([1, 2]).into_boxed_slice();
    /// assert_eq!(*boxed, [1, 2]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn into_boxed_slice(self) -> Box<[T], A> {
        into_ok(self.shrink_into_box::<Panic>())
    }

    /// The twin of [`into_boxed_slice`](Self::into_boxed_slice) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator cannot shrink the block, which may need a new block. The vector is then
    /// dropped; call [`try_shrink_to_fit`](Self::try_shrink_to_fit) first to keep it.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// assert_eq!(*numbers.try_into_boxed_slice().unwrap(), [1, 2]);
    /// ```
    #[inline]
    pub fn try_into_boxed_slice(self) -> Result<Box<[T], A>, TryReserveError> {
        self.shrink_into_box::<Return>()
    }

    #[inline]
    #[track_caller]
    fn shrink_into_box<F: OnFailure>(mut self) -> Result<Box<[T], A>, F::Error> {
        self.buffer.shrink::<F>(self.length)?;
        let (start, length, _, allocator) = self.into_raw_parts_with_allocator();
        // SAFETY: the capacity equals the length, so the block is that of a boxed slice; if the size is 0, neither has
        // a block.
        Ok(unsafe { Box::from_raw_in(ptr::slice_from_raw_parts_mut(start, length), allocator) })
    }
}
