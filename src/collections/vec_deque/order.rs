//! Moving all elements along the ring: making them contiguous, and rotating them.

use core::slice;

use super::{VecDeque, out_of_bounds};
use crate::api::Allocator;

impl<T, A: Allocator> VecDeque<T, A> {
    /// Makes the elements contiguous, and returns them as one mutable slice, to sort them for example. It does not
    /// allocate.
    ///
    /// It takes constant time if the elements are contiguous already, and linear time otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([3, 1]);
    /// numbers.push_front(2);
    /// numbers.make_contiguous().sort();
    /// assert_eq!(numbers.as_slices(), (&[1, 2, 3][..], &[][..]));
    /// ```
    pub fn make_contiguous(&mut self) -> &mut [T] {
        if !self.is_contiguous() {
            self.join_parts();
        }
        // SAFETY: by invariant 1 of `VecDeque` `head` is less than the capacity, or 0.
        let first = unsafe { self.address(self.head) };
        // SAFETY: by invariant 3 of `VecDeque` all elements are initialised. They are contiguous, and the slice borrows
        // the deque.
        unsafe { slice::from_raw_parts_mut(first.as_ptr(), self.length) }
    }

    /// Joins the two parts of the elements into one.
    fn join_parts(&mut self) {
        debug_assert!(!self.is_contiguous());
        let front = self.capacity() - self.head;
        let back = self.length - front;
        let free = self.capacity() - self.length;
        // Each element moves only once if one of the parts fits in the free places between the parts.
        if free >= front {
            // SAFETY: after the second part there are `free` places, at least `front`.
            unsafe { self.copy(0, front, back) };
            // SAFETY: these places were free or have been moved from.
            unsafe { self.copy(self.head, 0, front) };
            self.head = 0;
        } else if free >= back {
            // SAFETY: before the first part there are `free` places, at least `back`.
            unsafe { self.copy(self.head, back, front) };
            // SAFETY: the places after it were free or have been moved from.
            unsafe { self.copy(0, back + front, back) };
            self.head = back;
        } else if front > back {
            // The second part moves next to the first, and a rotation then puts them in order.
            // SAFETY: before the first part there are `free` places, so the second part ends where the first begins.
            unsafe { self.copy(0, free, back) };
            // SAFETY: `free` is at most the capacity.
            let first = unsafe { self.address(free) };
            // SAFETY: by invariant 3 of `VecDeque` all elements are initialised. They are contiguous, and the slice
            // borrows the deque.
            unsafe { slice::from_raw_parts_mut(first.as_ptr(), self.length) }.rotate_left(back);
            self.head = free;
        } else {
            // SAFETY: between the parts there are `free` places, so the first part begins where the second ends.
            unsafe { self.copy(self.head, back, front) };
            let first = self.buffer.start();
            // SAFETY: same as in the other branch.
            unsafe { slice::from_raw_parts_mut(first.as_ptr(), self.length) }.rotate_right(front);
            self.head = 0;
        }
    }

    /// Rotates the deque so that the first `count` elements become the last. The shorter side moves.
    ///
    /// # Panics
    ///
    /// Panics if `count` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// numbers.rotate_left(1);
    /// assert_eq!(numbers, [2, 3, 1]);
    /// ```
    #[track_caller]
    pub fn rotate_left(&mut self, count: usize) {
        if count > self.length {
            out_of_bounds("rotate to", count, self.length);
        }
        let others = self.length - count;
        if count <= others { self.move_first_to_end(count) } else { self.move_last_to_start(others) }
    }

    /// Rotates the deque so that the last `count` elements become the first. The shorter side moves.
    ///
    /// # Panics
    ///
    /// Panics if `count` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// numbers.rotate_right(1);
    /// assert_eq!(numbers, [3, 1, 2]);
    /// ```
    #[track_caller]
    pub fn rotate_right(&mut self, count: usize) {
        if count > self.length {
            out_of_bounds("rotate to", count, self.length);
        }
        let others = self.length - count;
        if count <= others { self.move_last_to_start(count) } else { self.move_first_to_end(others) }
    }

    /// Moves the first `count` elements to the end. `count` is at most half of the length.
    fn move_first_to_end(&mut self, count: usize) {
        debug_assert!(count <= self.length / 2);
        // SAFETY: the distance from the first element to the place after the last is the length one way, and the number
        // of free places the other way. Either plus `count` is at most the capacity if it is the shorter way.
        unsafe { self.shift(self.head, self.place(self.length), count) };
        self.head = self.place(count);
    }

    /// Moves the last `count` elements to the start. `count` is at most half of the length.
    fn move_last_to_start(&mut self, count: usize) {
        debug_assert!(count <= self.length / 2);
        self.head = self.backwards(self.head, count);
        // SAFETY: same as in `move_first_to_end`. With the new head, the elements to move begin at the index equal to
        // the length.
        unsafe { self.shift(self.place(self.length), self.head, count) };
    }
}
