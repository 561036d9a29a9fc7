//! Many elements added at once.

use super::{BinaryHeap, order::RestoreOnDrop};
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<T: Ord, A: Allocator> Extend<T> for BinaryHeap<T, A> {
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        let from = self.len();
        RestoreOnDrop { elements: &mut self.elements, from }.elements.extend(iter);
    }
}

impl<'a, T: Ord + Copy + 'a, A: Allocator> Extend<&'a T> for BinaryHeap<T, A> {
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
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
    /// Same as [`try_reserve`](Self::try_reserve). What came before is there, an element that found no room is dropped, and so is
    /// the rest of the iterator.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1]);
    /// assert!(numbers.try_extend(2..4).is_ok());
    /// assert_eq!(numbers.into_sorted_vec(), [1, 2, 3]);
    /// ```
    pub fn try_extend(&mut self, iter: impl IntoIterator<Item = T>) -> Result<(), TryReserveError> {
        let from = self.len();
        RestoreOnDrop { elements: &mut self.elements, from }.elements.try_extend(iter)
    }
}
