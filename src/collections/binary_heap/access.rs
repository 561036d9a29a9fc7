//! Access to the elements of a heap, in arbitrary order.

use super::{BinaryHeap, Drain, Iter};
use crate::api::Allocator;
use crate::collections::Vec;

impl<T, A: Allocator> BinaryHeap<T, A> {
    /// Returns a reference to the greatest element.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::BinaryHeap::from([1, 3, 2]).peek(), Some(&3));
    /// ```
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<&T> {
        self.elements.first()
    }

    /// Returns an iterator over the elements, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::BinaryHeap::from([1, 3]).iter().sum::<i32>(), 4);
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.elements.iter() }
    }

    /// Returns a slice of the elements, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::BinaryHeap::from([1, 3]).as_slice()[0], 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.elements
    }

    /// Converts the heap into a vector of its elements, in arbitrary order and in the same block.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::BinaryHeap::from([1, 3]).into_vec().len(), 2);
    /// ```
    #[inline]
    #[must_use = "the heap is consumed"]
    pub fn into_vec(self) -> Vec<T, A> {
        self.elements
    }

    /// Returns an iterator that takes out all elements, in arbitrary order. The capacity stays.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1, 3]);
    /// assert_eq!(numbers.drain().sum::<i32>(), 4);
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn drain(&mut self) -> Drain<'_, T, A> {
        Drain { inner: self.elements.drain(..) }
    }

    /// Removes and drops all elements. The capacity stays.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1, 3]);
    /// numbers.clear();
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.elements.clear();
    }

    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::BinaryHeap::from([1, 3]).len(), 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Returns whether the heap is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::BinaryHeap::<u8>::new().is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::BinaryHeap};
    ///
    /// let numbers = BinaryHeap::<u64, _>::with_capacity_in(2, Stats::new(System));
    /// assert_eq!(numbers.allocator().snapshot().live_bytes, 16);
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        self.elements.allocator()
    }
}
