//! Vectors into boxed slices, which have no room behind their elements.

use core::ptr;

use super::{Vec, sure};
use crate::api::Allocator;
use crate::collections::Box;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> Vec<T, A> {
    /// The elements as a boxed slice. Gives back the room behind them first.
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
        sure(self.boxed::<Panic>())
    }

    /// The twin of [`into_boxed_slice`](Self::into_boxed_slice) that returns an error.
    ///
    /// # Errors
    ///
    /// If the allocator refuses: shrinking may need another block. The vector is dropped then;
    /// [`try_shrink_to_fit`](Self::try_shrink_to_fit) first would keep it.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// assert_eq!(*numbers.try_into_boxed_slice().unwrap(), [1, 2]);
    /// ```
    #[inline]
    pub fn try_into_boxed_slice(self) -> Result<Box<[T], A>, TryReserveError> {
        self.boxed::<Return>()
    }

    #[inline]
    #[track_caller]
    fn boxed<F: OnFailure>(mut self) -> Result<Box<[T], A>, F::Error> {
        self.buffer.shrink::<F>(self.length)?;
        let (start, length, _, allocator) = self.into_raw_parts_with_allocator();
        // SAFETY: the capacity is the length, so the block is that of a boxed slice, or there is none if its size would be 0.
        Ok(unsafe { Box::from_raw_in(ptr::slice_from_raw_parts_mut(start, length), allocator) })
    }
}
