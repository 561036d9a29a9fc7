//! Capacity: reserving and shrinking it.

use super::BinaryHeap;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<T, A: Allocator> BinaryHeap<T, A> {
    /// Returns the number of elements that fit without reallocation, which is `usize::MAX` if they are zero-sized.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::BinaryHeap::<u64>::with_capacity(10).capacity(), 10);
    /// ```
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.elements.capacity()
    }

    /// Reserves room for at least `additional` more elements, and perhaps for more, to avoid frequent reallocations.
    /// Does nothing if they fit.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1]);
    /// numbers.reserve(10);
    /// assert!(numbers.capacity() >= 11);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.elements.reserve(additional);
    }

    /// The twin of [`reserve`](Self::reserve) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the new capacity exceeds `isize::MAX` bytes, or if the allocator refuses. The heap is then
    /// unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1]);
    /// assert!(numbers.try_reserve(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.elements.try_reserve(additional)
    }

    /// Reserves room for exactly `additional` more elements. Does nothing if they fit.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1]);
    /// numbers.reserve_exact(10);
    /// assert_eq!(numbers.capacity(), 11);
    /// ```
    #[track_caller]
    pub fn reserve_exact(&mut self, additional: usize) {
        self.elements.reserve_exact(additional);
    }

    /// The twin of [`reserve_exact`](Self::reserve_exact) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error under the same conditions as [`try_reserve`](Self::try_reserve).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1]);
    /// assert!(numbers.try_reserve_exact(usize::MAX).is_err());
    /// ```
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.elements.try_reserve_exact(additional)
    }

    /// Frees the unused capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::<u64>::with_capacity(10);
    /// numbers.shrink_to_fit();
    /// assert_eq!(numbers.capacity(), 0);
    /// ```
    #[track_caller]
    pub fn shrink_to_fit(&mut self) {
        self.elements.shrink_to_fit();
    }

    /// The twin of [`shrink_to_fit`](Self::shrink_to_fit) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator cannot shrink the block, which may need a new block. The heap is then
    /// unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::<u64>::with_capacity(10);
    /// assert!(numbers.try_shrink_to_fit().is_ok());
    /// ```
    pub fn try_shrink_to_fit(&mut self) -> Result<(), TryReserveError> {
        self.elements.try_shrink_to_fit()
    }

    /// Shrinks the capacity to the greater of the length and `min_capacity`. Does nothing if it is less already.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::<u64>::with_capacity(10);
    /// numbers.shrink_to(4);
    /// assert_eq!(numbers.capacity(), 4);
    /// ```
    #[track_caller]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.elements.shrink_to(min_capacity);
    }

    /// The twin of [`shrink_to`](Self::shrink_to) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error under the same conditions as [`try_shrink_to_fit`](Self::try_shrink_to_fit).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::<u64>::with_capacity(10);
    /// assert!(numbers.try_shrink_to(4).is_ok());
    /// ```
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), TryReserveError> {
        self.elements.try_shrink_to(min_capacity)
    }
}
