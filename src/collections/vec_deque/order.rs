//! Elements moved along the ring: all into one slice, and around.

use core::slice;

use super::{VecDeque, out_of_bounds};
use crate::api::Allocator;

impl<T, A: Allocator> VecDeque<T, A> {
    /// Moves the elements so that they lie one behind the other, and lends them: to be sorted, for example. Does not allocate.
    ///
    /// Takes no time if they lie so already, and linear time otherwise.
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
        // SAFETY: at most the capacity.
        let first = unsafe { self.address(self.head) };
        // SAFETY: all are initialised, one behind the other, and borrowed as the deque is.
        unsafe { slice::from_raw_parts_mut(first.as_ptr(), self.length) }
    }

    /// The elements lie in two parts. Moves them to lie in one.
    fn join_parts(&mut self) {
        debug_assert!(!self.is_contiguous());
        let front = self.capacity() - self.head;
        let back = self.length - front;
        let free = self.capacity() - self.length;
        // Each element moves once if one of the parts fits in the free places, which lie between the two.
        if free >= front {
            // SAFETY: behind the second part there are so many free places.
            unsafe { self.copy(0, front, back) };
            // SAFETY: these places have been moved from or were free.
            unsafe { self.copy(self.head, 0, front) };
            self.head = 0;
        } else if free >= back {
            // SAFETY: before the first part there are so many free places.
            unsafe { self.copy(self.head, back, front) };
            // SAFETY: the places behind it have been moved from or were free.
            unsafe { self.copy(0, back + front, back) };
            self.head = back;
        } else if front > back {
            // The shorter part moves next to the other one, in the wrong order.
            // SAFETY: before the first part there are `free` places, so the second one ends there.
            unsafe { self.copy(0, free, back) };
            // SAFETY: a place of the buffer.
            let first = unsafe { self.address(free) };
            // SAFETY: all are initialised, one behind the other, and borrowed as the deque is.
            unsafe { slice::from_raw_parts_mut(first.as_ptr(), self.length) }.rotate_left(back);
            self.head = free;
        } else {
            // SAFETY: behind the second part there are `free` places, and then the first one.
            unsafe { self.copy(self.head, back, front) };
            let first = self.buffer.start();
            // SAFETY: as above.
            unsafe { slice::from_raw_parts_mut(first.as_ptr(), self.length) }.rotate_right(front);
            self.head = 0;
        }
    }

    /// Moves the first `count` elements behind the others. The shorter side moves.
    ///
    /// # Panics
    ///
    /// If `count` is greater than the length.
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
        if count <= others { self.first_to_end(count) } else { self.last_to_start(others) }
    }

    /// Moves the last `count` elements before the others. The shorter side moves.
    ///
    /// # Panics
    ///
    /// If `count` is greater than the length.
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
        if count <= others { self.last_to_start(count) } else { self.first_to_end(others) }
    }

    /// `count` is at most half of the length.
    fn first_to_end(&mut self, count: usize) {
        debug_assert!(count <= self.length / 2);
        // SAFETY: from the first element to behind the last it is the length, and the other way around the free places. With
        // `count`, each is at most the capacity if it is the shorter way.
        unsafe { self.shift(self.head, self.place(self.length), count) };
        self.head = self.place(count);
    }

    /// `count` is at most half of the length.
    fn last_to_start(&mut self, count: usize) {
        debug_assert!(count <= self.length / 2);
        self.head = self.backwards(self.head, count);
        // SAFETY: as above, from the first of those elements, which has the index of the length now, to the new start.
        unsafe { self.shift(self.place(self.length), self.head, count) };
    }
}
