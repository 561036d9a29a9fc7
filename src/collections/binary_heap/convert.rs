//! Conversions from vectors, arrays and heaps of std, and back.

use alloc::collections::BinaryHeap as StdHeap;
use alloc::vec::Vec as StdVec;

use super::{BinaryHeap, order};
use crate::api::Allocator;
use crate::collections::Vec;

impl<T: Ord, A: Allocator> From<Vec<T, A>> for BinaryHeap<T, A> {
    /// Creates a heap of the elements, in the same block and in linear time.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{collections::BinaryHeap, vec_in};
    ///
    /// assert_eq!(BinaryHeap::from(vec_in![in janus_alloc::System; 1, 2]).peek(), Some(&2));
    /// ```
    fn from(vec: Vec<T, A>) -> Self {
        let mut heap = Self { elements: vec };
        order::rebuild(&mut heap.elements);
        heap
    }
}

impl<T, A: Allocator> From<BinaryHeap<T, A>> for Vec<T, A> {
    /// Returns the elements in arbitrary order, in the same block and in constant time.
    #[inline]
    fn from(heap: BinaryHeap<T, A>) -> Self {
        heap.elements
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for BinaryHeap<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        Self::from(Vec::from(elements))
    }
}

impl<T: Ord> From<StdHeap<T>> for BinaryHeap<T> {
    /// Takes over the elements, in the same block and in constant time.
    fn from(heap: StdHeap<T>) -> Self {
        // std orders the elements of a heap in the same way.
        Self { elements: Vec::from(heap.into_vec()) }
    }
}

impl<T: Ord> From<BinaryHeap<T>> for StdHeap<T> {
    /// Returns a heap in the same block, for which std compares the elements again.
    fn from(heap: BinaryHeap<T>) -> Self {
        Self::from(StdVec::from(heap.elements))
    }
}

impl<T: Ord, A: Allocator + Default> FromIterator<T> for BinaryHeap<T, A> {
    /// Creates a heap of the elements, in the default value of the allocator type.
    /// [`collect_in`](crate::collections::CollectIn::collect_in) takes an allocator instead.
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self::from_iter_in(iter, A::default())
    }
}
