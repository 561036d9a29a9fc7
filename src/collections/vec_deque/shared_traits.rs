//! `Clone`, `Debug` and `Default` for deques.

use core::fmt;
use core::slice;

use super::{VecDeque, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};
use crate::collections::vec::clone_into;

impl<T, A: Allocator + Default> Default for VecDeque<T, A> {
    /// Creates an empty deque, without allocating.
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
    /// Clones the elements into a new deque, in a clone of the allocator.
    #[track_caller]
    fn clone(&self) -> Self {
        into_ok(self.make_clone::<Panic>())
    }

    /// Clones the elements of `source` into this deque, and reuses its block if possible.
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        into_ok(self.clone_elements::<Panic>(source));
    }
}

impl<T: Clone, A: Allocator> VecDeque<T, A> {
    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocation fails.
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
        self.make_clone::<Return>()
    }

    /// The twin of [`clone_from`](Clone::clone_from) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). The deque is then empty.
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
    fn make_clone<F: OnFailure>(&self) -> Result<Self, F::Error>
    where
        A: Clone,
    {
        let mut clone = Self::with_room::<F>(self.length, self.allocator().clone())?;
        // SAFETY: the deque is empty, its head is 0, and it has the necessary room.
        unsafe { clone.clone_parts(self) };
        Ok(clone)
    }

    #[inline]
    #[track_caller]
    fn clone_elements<F: OnFailure>(&mut self, source: &Self) -> Result<(), F::Error> {
        self.clear();
        self.make_room::<F>(source.length)?;
        // SAFETY: `clear` made the deque empty and its head 0, and `make_room` made the necessary room.
        unsafe { self.clone_parts(source) };
        Ok(())
    }

    /// Clones the elements of `source` into this deque.
    ///
    /// # Safety
    ///
    /// The deque is empty, its head is 0, and there is room for the elements of `source`.
    #[inline]
    unsafe fn clone_parts(&mut self, source: &Self) {
        debug_assert!(self.head == 0 && self.length == 0 && self.capacity() >= source.length);
        let (front, back) = source.as_slices();
        for part in [front, back] {
            // SAFETY: the length is at most the capacity, by invariant 2 of `VecDeque`.
            let place = unsafe { self.address(self.length) };
            // SAFETY: that many free places follow, by `# Safety` of this fn, and `MaybeUninit` allows them to be
            // uninitialised.
            let places = unsafe { slice::from_raw_parts_mut(place.as_ptr().cast(), part.len()) };
            clone_into(part, places, &mut self.length);
        }
    }
}
