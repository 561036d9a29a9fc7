//! Look-ups in frozen heaps.

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{BinaryHeap, binary_heap};

impl<T, A: Allocator> Frozen<BinaryHeap<T, A>> {
    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BinaryHeap, Frozen};
    ///
    /// let numbers = Frozen::new(BinaryHeap::from([1, 3, 2]));
    /// assert!(numbers.len() == 3 && !numbers.is_empty());
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the heap is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BinaryHeap, Frozen};
    ///
    /// assert!(Frozen::new(BinaryHeap::<u8>::new()).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a reference to the greatest element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BinaryHeap, Frozen};
    ///
    /// assert_eq!(Frozen::new(BinaryHeap::from([1, 3, 2])).peek(), Some(&3));
    /// ```
    #[inline]
    pub fn peek(&self) -> Option<&T> {
        self.0.peek()
    }

    /// Returns an iterator over the elements, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BinaryHeap, Frozen};
    ///
    /// assert_eq!(Frozen::new(BinaryHeap::from([1, 3, 2])).iter().sum::<i32>(), 6);
    /// ```
    #[inline]
    pub fn iter(&self) -> binary_heap::Iter<'_, T> {
        self.0.iter()
    }

    /// Returns a slice of the elements, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BinaryHeap, Frozen};
    ///
    /// assert_eq!(Frozen::new(BinaryHeap::from([1, 3, 2])).as_slice()[0], 3);
    /// ```
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        self.0.as_slice()
    }
}
