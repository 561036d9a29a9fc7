//! Look-ups of frozen heaps.

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{BinaryHeap, binary_heap};

impl<T, A: Allocator> Frozen<BinaryHeap<T, A>> {
    /// The number of elements.
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

    /// Whether there are no elements.
    ///
    /// # Examples
    ///
    /// See [`len`](Self::len).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The greatest element, if there is one.
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

    /// The elements in no order, one by one.
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

    /// The elements in no order.
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
