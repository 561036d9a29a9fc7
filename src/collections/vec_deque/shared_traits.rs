//! Deques cloned, shown, and out of nothing.

use core::fmt;

use super::{VecDeque, sure};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator + Default> Default for VecDeque<T, A> {
    /// An empty deque. It does not allocate.
    #[inline]
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for VecDeque<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for VecDeque<T, A> {
    /// Clones of the elements, in a clone of the allocator.
    #[track_caller]
    fn clone(&self) -> Self {
        sure(self.cloned::<Panic>())
    }

    /// Clones the elements of `source` into the memory of this deque if that is enough.
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        sure(self.clone_elements::<Panic>(source));
    }
}

impl<T: Clone, A: Allocator> VecDeque<T, A> {
    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// If the allocator refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// assert_eq!(numbers.try_clone().unwrap(), [1, 2]);
    /// ```
    pub fn try_clone(&self) -> Result<Self, TryReserveError>
    where
        A: Clone,
    {
        self.cloned::<Return>()
    }

    /// The twin of [`clone_from`](Clone::clone_from) that returns an error.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve). The deque is empty then.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::VecDeque;
    ///
    /// let mut numbers = VecDeque::from([1, 2]);
    /// assert!(numbers.try_clone_from(&VecDeque::from([3, 4, 5])).is_ok());
    /// assert_eq!(numbers, [3, 4, 5]);
    /// ```
    pub fn try_clone_from(&mut self, source: &Self) -> Result<(), TryReserveError> {
        self.clone_elements::<Return>(source)
    }

    #[inline]
    #[track_caller]
    fn cloned<F: OnFailure>(&self) -> Result<Self, F::Error>
    where
        A: Clone,
    {
        let mut clone = Self::with_room::<F>(self.length, self.allocator().clone())?;
        clone.clone_parts::<F>(self)?;
        Ok(clone)
    }

    #[inline]
    #[track_caller]
    fn clone_elements<F: OnFailure>(&mut self, source: &Self) -> Result<(), F::Error> {
        self.clear();
        // For all at once.
        self.make_room::<F>(source.length)?;
        self.clone_parts::<F>(source)
    }

    /// Part by part, since the loop over a slice is the fastest.
    #[inline]
    #[track_caller]
    fn clone_parts<F: OnFailure>(&mut self, source: &Self) -> Result<(), F::Error> {
        let (front, back) = source.as_slices();
        self.extend_with::<F, _>(front.iter().cloned())?;
        self.extend_with::<F, _>(back.iter().cloned())
    }
}
