//! Room for elements to come: made, and given back.

use core::mem::ManuallyDrop;

use super::{VecDeque, sure};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> VecDeque<T, A> {
    /// Makes room for `additional` more elements, and for others to come. Does nothing if there is room.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
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
        sure(self.make_room::<Panic>(additional));
    }

    /// The twin of [`reserve`](Self::reserve) that returns an error.
    ///
    /// # Errors
    ///
    /// If the capacity would be more than `isize::MAX` bytes, or the allocator refuses. Nothing has changed then.
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

    /// Makes room for `additional` more elements, and no others. Does nothing if there is room.
    ///
    /// To call this before each of many pushes takes quadratic time: [`reserve`](Self::reserve) does not.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
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
        sure(self.make_exact_room::<Panic>(additional));
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

    /// Gives back the room that no element takes.
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
    /// If the allocator refuses: shrinking may need another block. Neither the elements nor the capacity have changed then.
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

    /// Gives back the room beyond `min_capacity` that no element takes. Does nothing if there is less.
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
        sure(self.shrink::<Panic>(min_capacity));
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
        let undo = self.pull_in(capacity);
        let undo = OnUnwind { deque: self, undo };
        undo.deque.buffer.shrink::<F>(capacity)?;
        // The elements stay where they are now.
        let _ = ManuallyDrop::new(undo);
        Ok(())
    }

    /// Makes a ring of the elements in the first `capacity` places of the buffer, and says how to make one in the whole buffer
    /// again. `capacity` is less than that of the buffer, and not less than the length.
    fn pull_in(&mut self, capacity: usize) -> Undo {
        if self.length == 0 {
            self.head = 0;
            return Undo::Nothing;
        }
        if !self.is_contiguous() {
            // The part at the end of the buffer moves to the new end. The other one lies before it, since all fit.
            let front = self.capacity() - self.head;
            let (from, to) = (self.head, capacity - front);
            // SAFETY: up to the two ends.
            unsafe { self.copy(from, to, front) };
            self.head = to;
            return Undo::Front { from, count: front };
        }
        let end = self.head + self.length;
        if end <= capacity {
            // An end at the capacity is a start at 0 for the next element, in both rings.
            return Undo::Nothing;
        }
        if self.head >= capacity {
            // SAFETY: so many are there, and they fit.
            unsafe { self.copy(self.head, 0, self.length) };
            self.head = 0;
            return Undo::Nothing;
        }
        let count = end - capacity;
        // SAFETY: the elements beyond the new end go to the start, where there is room, since all fit.
        unsafe { self.copy(capacity, 0, count) };
        // What is beyond the new end stays as it was until the buffer shrinks.
        Undo::Nothing
    }
}

/// A move of elements that a failure reverts.
enum Undo {
    /// The whole buffer has them where the head and the length say.
    Nothing,
    /// The first `count` elements go back to the place `from`, and to the end of the buffer.
    Front { from: usize, count: usize },
}

/// Reverts when it is dropped: the allocator has refused, and the caller returns or unwinds.
struct OnUnwind<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    undo: Undo,
}

impl<T, A: Allocator> Drop for OnUnwind<'_, T, A> {
    #[cold]
    fn drop(&mut self) {
        match self.undo {
            Undo::Nothing => {}
            Undo::Front { from, count } => {
                // SAFETY: they came from there.
                unsafe { self.deque.copy(self.deque.head, from, count) };
                self.deque.head = from;
            }
        }
    }
}
