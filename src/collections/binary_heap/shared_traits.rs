//! `Default`, `Debug` and `Clone`.

use core::fmt;

use super::BinaryHeap;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<T: Ord, A: Allocator + Default> Default for BinaryHeap<T, A> {
    /// Creates an empty heap, without allocating.
    #[inline]
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for BinaryHeap<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for BinaryHeap<T, A> {
    /// Clones the elements into a new heap, in a clone of the allocator.
    #[track_caller]
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone() }
    }

    /// Clones the elements of `source` into this heap, and reuses its block and elements where possible.
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        self.elements.clone_from(&source.elements);
    }
}

impl<T: Clone, A: Allocator> BinaryHeap<T, A> {
    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::BinaryHeap::from([1, 2]);
    /// assert_eq!(numbers.try_clone().unwrap().into_sorted_vec(), [1, 2]);
    /// ```
    pub fn try_clone(&self) -> Result<Self, TryReserveError>
    where
        A: Clone,
    {
        Ok(Self { elements: self.elements.try_clone()? })
    }

    /// The twin of [`clone_from`](Clone::clone_from) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error under the same conditions as [`try_reserve`](Self::try_reserve). The heap then holds clones of
    /// the first elements of `source`, as many as it had elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BinaryHeap;
    ///
    /// let mut numbers = BinaryHeap::from([1, 2]);
    /// assert!(numbers.try_clone_from(&BinaryHeap::from([3, 4, 5])).is_ok());
    /// assert_eq!(numbers.len(), 3);
    /// ```
    pub fn try_clone_from(&mut self, source: &Self) -> Result<(), TryReserveError> {
        self.elements.try_clone_from(&source.elements)
    }
}
