//! Adding many elements at once.

use super::{BinaryHeap, order::RebuildOnDrop};
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<T: Ord, A: Allocator> Extend<T> for BinaryHeap<T, A> {
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        let rebuild_from = self.len();
        RebuildOnDrop { elements: &mut self.elements, rebuild_from }.elements.extend(iter);
    }
}

impl<'a, T: Ord + Copy + 'a, A: Allocator> Extend<&'a T> for BinaryHeap<T, A> {
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    #[track_caller]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, iter: I) {
        self.extend(iter.into_iter().copied());
    }
}

impl<T: Ord, A: Allocator> BinaryHeap<T, A> {
    /// The twin of [`extend`](Extend::extend) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error under the same conditions as [`try_reserve`](Self::try_reserve). The earlier elements are then
    /// in the heap. The element that did not fit and the rest of the iterator are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1]);
    /// assert!(numbers.try_extend(2..4).is_ok());
    /// assert_eq!(numbers.into_sorted_vec(), [1, 2, 3]);
    /// ```
    pub fn try_extend(&mut self, iter: impl IntoIterator<Item = T>) -> Result<(), TryReserveError> {
        let rebuild_from = self.len();
        RebuildOnDrop { elements: &mut self.elements, rebuild_from }.elements.try_extend(iter)
    }
}
