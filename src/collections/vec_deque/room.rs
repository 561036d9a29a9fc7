//! Capacity of a deque: reserving and shrinking it.

use core::mem::ManuallyDrop;

use super::{VecDeque, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> VecDeque<T, A> {
    /// Reserves room for at least `additional` more elements, and perhaps for more, to avoid frequent reallocations.
    /// Does nothing if they fit.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// numbers.reserve(10);
    /// assert!(numbers.capacity() >= 11);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        into_ok(self.make_room::<Panic>(additional));
    }

    /// The twin of [`reserve`](Self::reserve) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the new capacity exceeds `isize::MAX` bytes, or if the allocation fails. The deque is then
    /// unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// assert!(numbers.try_reserve(10).is_ok());
    /// assert!(numbers.try_reserve(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.make_room::<Return>(additional)
    }

    /// Reserves room for exactly `additional` more elements. Does nothing if they fit.
    ///
    /// Calling this before each of many pushes takes quadratic time; [`reserve`](Self::reserve) does not.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// numbers.reserve_exact(10);
    /// assert_eq!(numbers.capacity(), 11);
    /// ```
    #[track_caller]
    pub fn reserve_exact(&mut self, additional: usize) {
        into_ok(self.make_exact_room::<Panic>(additional));
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
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// assert!(numbers.try_reserve_exact(usize::MAX).is_err());
    /// ```
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.make_exact_room::<Return>(additional)
    }

    /// Frees the unused capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::with_capacity(10);
    /// numbers.extend([1, 2, 3]);
    /// numbers.shrink_to_fit();
    /// assert_eq!(numbers.capacity(), 3);
    /// ```
    #[inline]
    #[track_caller]
    pub fn shrink_to_fit(&mut self) {
        self.shrink_to(0);
    }

    /// The twin of [`shrink_to_fit`](Self::shrink_to_fit) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator cannot shrink the block, which may need a new block. Elements and capacity are
    /// then unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::<u64>::with_capacity(10);
    /// assert!(numbers.try_shrink_to_fit().is_ok());
    /// assert_eq!(numbers.capacity(), 0);
    /// ```
    #[inline]
    pub fn try_shrink_to_fit(&mut self) -> Result<(), TryReserveError> {
        self.try_shrink_to(0)
    }

    /// Shrinks the capacity to the greater of the length and `min_capacity`. Does nothing if it is less already.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::with_capacity(10);
    /// numbers.extend([1, 2, 3]);
    /// numbers.shrink_to(4);
    /// assert_eq!(numbers.capacity(), 4);
    /// numbers.shrink_to(0);
    /// assert_eq!(numbers.capacity(), 3);
    /// ```
    #[track_caller]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        into_ok(self.shrink::<Panic>(min_capacity));
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
    /// let mut numbers = janus_alloc::collections::VecDeque::<u64>::with_capacity(10);
    /// assert!(numbers.try_shrink_to(4).is_ok());
    /// assert_eq!(numbers.capacity(), 4);
    /// ```
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), TryReserveError> {
        self.shrink::<Return>(min_capacity)
    }

    #[track_caller]
    fn shrink<F: OnFailure>(&mut self, min_capacity: usize) -> Result<(), F::Error> {
        let capacity = self.length.max(min_capacity);
        if size_of::<T>() == 0 || capacity >= self.capacity() {
            return Ok(());
        }
        let undo = self.compact(capacity);
        let undo = UndoGuard { deque: self, undo };
        undo.deque.buffer.shrink::<F>(capacity)?;
        // The buffer has shrunk, so the elements stay where they are now.
        let _ = ManuallyDrop::new(undo);
        Ok(())
    }

    /// Moves the elements so that they form a ring in the first `capacity` places. Returns how to restore the ring in
    /// the whole buffer. `capacity` is less than that of the buffer, and not less than the length.
    fn compact(&mut self, capacity: usize) -> Undo {
        if self.length == 0 {
            self.head = 0;
            return Undo::Nothing;
        }
        if !self.is_contiguous() {
            // The part at the end of the buffer moves to the new end. The other part is before it, since all elements
            // fit.
            let front = self.capacity() - self.head;
            let (from, to) = (self.head, capacity - front);
            // SAFETY: both ranges extend to an end that is at most the capacity.
            unsafe { self.copy(from, to, front) };
            self.head = to;
            return Undo::Front { from, count: front };
        }
        let end = self.head + self.length;
        if end <= capacity {
            // If they end exactly at `capacity`, the next place is 0 in the smaller ring.
            return Undo::Nothing;
        }
        if self.head >= capacity {
            // SAFETY: the elements are contiguous, and at the start there are enough places, since they fit in
            // `capacity`.
            unsafe { self.copy(self.head, 0, self.length) };
            self.head = 0;
            return Undo::Nothing;
        }
        let count = end - capacity;
        // SAFETY: the elements beyond the new end fit before `head`, since all elements fit in `capacity`.
        unsafe { self.copy(capacity, 0, count) };
        // Until the buffer shrinks, the elements beyond the new end are still there too.
        Undo::Nothing
    }
}

/// The moves of [`compact`](VecDeque::compact) that a failure has to undo.
enum Undo {
    /// None: with the present head and length, the elements form a ring in the whole buffer too.
    Nothing,
    /// The first `count` elements have to move back to the place `from`, up to the end of the buffer.
    Front { from: usize, count: usize },
}

/// Undoes the moves on drop, when the allocator has failed and the caller returns or unwinds.
struct UndoGuard<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    undo: Undo,
}

impl<T, A: Allocator> Drop for UndoGuard<'_, T, A> {
    #[cold]
    fn drop(&mut self) {
        match self.undo {
            Undo::Nothing => {}
            Undo::Front { from, count } => {
                // SAFETY: the elements came from there, and both ranges are within the buffer.
                unsafe { self.deque.copy(self.deque.head, from, count) };
                self.deque.head = from;
            }
        }
    }
}
