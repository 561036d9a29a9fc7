//! Room for elements to come: made, and given back.

use super::BinaryHeap;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<T, A: Allocator> BinaryHeap<T, A> {
    /// The number of elements there is room for without another block. `usize::MAX` if they have no size.
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

    /// Makes room for `additional` more elements, and for others to come. Does nothing if there is room.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
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
    /// If the capacity would be more than `isize::MAX` bytes, or the allocator refuses. Nothing has changed then.
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

    /// Makes room for `additional` more elements, and no others. Does nothing if there is room.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
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
    /// Same as [`try_reserve`](Self::try_reserve).
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

    /// Gives back the room that no element takes.
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
    /// If the allocator refuses: shrinking may need another block. Nothing has changed then.
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

    /// Gives back the room beyond `min_capacity` that no element takes. Does nothing if there is less.
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
    /// Same as [`try_shrink_to_fit`](Self::try_shrink_to_fit).
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
