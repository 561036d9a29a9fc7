//! Inserting, removing and moving elements.

use super::ring::{self, Parts};
use super::{VecDeque, into_ok, out_of_bounds};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> VecDeque<T, A> {
    /// Inserts `value` at `index`. The elements before or after it move by one place, whichever are fewer.
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length, or the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 3]);
    /// numbers.insert(1, 2);
    /// numbers.insert(3, 4);
    /// assert_eq!(numbers, [1, 2, 3, 4]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, index: usize, value: T) {
        into_ok(self.insert_one::<Panic>(index, value));
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve); `value` is then dropped.
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 3]);
    /// assert!(numbers.try_insert(1, 2).is_ok());
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    #[track_caller]
    pub fn try_insert(&mut self, index: usize, value: T) -> Result<(), TryReserveError> {
        self.insert_one::<Return>(index, value).map(drop)
    }

    /// Inserts `value` like [`insert`](Self::insert), and returns a reference to it.
    ///
    /// # Panics
    ///
    /// Same as [`insert`](Self::insert).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 3]);
    /// *numbers.insert_mut(1, 2) += 5;
    /// assert_eq!(numbers, [1, 7, 3]);
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "use `insert` if the reference is not needed"]
    pub fn insert_mut(&mut self, index: usize, value: T) -> &mut T {
        into_ok(self.insert_one::<Panic>(index, value))
    }

    /// The twin of [`insert_mut`](Self::insert_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_insert`](Self::try_insert).
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 3]);
    /// *numbers.try_insert_mut(1, 2).unwrap() += 5;
    /// assert_eq!(numbers, [1, 7, 3]);
    /// ```
    #[track_caller]
    pub fn try_insert_mut(&mut self, index: usize, value: T) -> Result<&mut T, TryReserveError> {
        self.insert_one::<Return>(index, value)
    }

    #[inline]
    #[track_caller]
    fn insert_one<F: OnFailure>(&mut self, index: usize, value: T) -> Result<&mut T, F::Error> {
        if index > self.length {
            out_of_bounds("insert at", index, self.length);
        }
        if self.is_full() {
            self.grow::<F>()?;
        }
        let after = self.length - index;
        let place = if after < index {
            let place = self.place(index);
            // SAFETY: `after` elements move by one place, and a place is free, so the sum is at most the capacity.
            unsafe { self.shift(place, self.forwards(place, 1), after) };
            place
        } else {
            let head = self.head;
            self.head = self.backwards(head, 1);
            // SAFETY: `index` elements move by one place, and a place is free, so the sum is at most the capacity.
            unsafe { self.shift(head, self.head, index) };
            self.place(index)
        };
        // SAFETY: `place` is a result of the method `place`, so it is within the buffer.
        let place = unsafe { self.address(place) };
        // SAFETY: the place is free, or has been moved from.
        unsafe { place.write(value) };
        self.length += 1;
        // SAFETY: the place was initialised just now, and the reference borrows the deque.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Removes and returns the element at `index`, or returns `None` if there is none. The elements before or after it
    /// move by one place, whichever are fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// assert_eq!((numbers.remove(1), numbers.remove(2)), (Some(2), None));
    /// assert_eq!(numbers, [1, 3]);
    /// ```
    pub fn remove(&mut self, index: usize) -> Option<T> {
        if index >= self.length {
            return None;
        }
        let place = self.place(index);
        // SAFETY: `index` is less than the length, so the place is within the buffer.
        let element = unsafe { self.address(place) };
        // SAFETY: the element is initialised by invariant 3 of `VecDeque`. The next lines overwrite it or take it out
        // of the deque, so it is moved out once.
        let element = unsafe { element.read() };
        let after = self.length - index - 1;
        if after < index {
            // SAFETY: `after` elements move by one place, to a place that has been moved from.
            unsafe { self.shift(self.forwards(place, 1), place, after) };
        } else {
            let head = self.head;
            self.head = self.place(1);
            // SAFETY: `index` elements move by one place, to a place that has been moved from.
            unsafe { self.shift(head, self.head, index) };
        }
        self.length -= 1;
        Some(element)
    }

    /// Removes and returns the element at `index`, and replaces it with the first element. Returns `None` if there is
    /// none.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// assert_eq!(numbers.swap_remove_front(2), Some(3));
    /// assert_eq!(numbers, [2, 1]);
    /// ```
    pub fn swap_remove_front(&mut self, index: usize) -> Option<T> {
        if index >= self.length {
            return None;
        }
        self.swap(index, 0);
        self.pop_front()
    }

    /// Removes and returns the element at `index`, and replaces it with the last element. Returns `None` if there is
    /// none.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// assert_eq!(numbers.swap_remove_back(0), Some(1));
    /// assert_eq!(numbers, [3, 2]);
    /// ```
    pub fn swap_remove_back(&mut self, index: usize) -> Option<T> {
        if index >= self.length {
            return None;
        }
        self.swap(index, self.length - 1);
        self.pop_back()
    }

    /// Shortens the deque to `length` elements, and drops the others. Does nothing if there are no more.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// numbers.truncate(1);
    /// assert_eq!(numbers, [1]);
    /// ```
    pub fn truncate(&mut self, length: usize) {
        if length >= self.length {
            return;
        }
        // SAFETY: the length is at most the capacity.
        let dropped = unsafe { self.parts(length, self.length - length) };
        // Set before the drops, so that no element is dropped twice if one unwinds.
        self.length = length;
        // SAFETY: by invariant 3 of `VecDeque` they were initialised, and they are no longer part of the deque.
        unsafe { ring::drop_parts(dropped) };
    }

    /// Drops all elements, and keeps the capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// numbers.clear();
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.truncate(0);
        // Elements appended from now on are contiguous.
        self.head = 0;
    }

    /// Moves all elements of `other` to the end of this deque, and leaves `other` empty.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::VecDeque;
    ///
    /// let (mut left, mut right) = (VecDeque::from([1]), VecDeque::from([2, 3]));
    /// left.append(&mut right);
    /// assert_eq!(left, [1, 2, 3]);
    /// assert!(right.is_empty());
    /// ```
    #[inline]
    #[track_caller]
    pub fn append(&mut self, other: &mut Self) {
        into_ok(self.append_all::<Panic>(other));
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve); `other` is then unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::VecDeque;
    ///
    /// let mut numbers = VecDeque::from([1]);
    /// assert!(numbers.try_append(&mut VecDeque::from([2])).is_ok());
    /// assert_eq!(numbers, [1, 2]);
    /// ```
    #[inline]
    pub fn try_append(&mut self, other: &mut Self) -> Result<(), TryReserveError> {
        self.append_all::<Return>(other)
    }

    #[inline]
    #[track_caller]
    fn append_all<F: OnFailure>(&mut self, other: &mut Self) -> Result<(), F::Error> {
        // SAFETY: the length is at most the capacity.
        let parts = unsafe { other.parts(0, other.length) };
        // SAFETY: `other` is a different deque. If this succeeds, the next lines make it forget the elements.
        unsafe { self.take_parts::<F>(parts) }?;
        other.length = 0;
        other.head = 0;
        Ok(())
    }

    /// Moves the elements of both parts to the end of this deque.
    ///
    /// # Safety
    ///
    /// The elements are initialised and not in the block of this deque. If this returns `Ok`, nothing uses them again.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn take_parts<F: OnFailure>(&mut self, (front, back): Parts<T>) -> Result<(), F::Error> {
        // The sum does not overflow: both parts are in one block, or the elements are zero-sized and in one part.
        self.make_room::<F>(front.len() + back.len())?;
        // SAFETY: by `# Safety` of this fn. It cannot fail half-way, since there is room for both parts.
        unsafe { self.take_all::<F>(front) }?;
        // SAFETY: same as for the first part.
        unsafe { self.take_all::<F>(back) }
    }

    /// Moves `elements` to the end of this deque.
    ///
    /// # Safety
    ///
    /// The elements are initialised and not in the block of this deque. If this returns `Ok`, nothing uses them again.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn take_all<F: OnFailure>(&mut self, elements: *const [T]) -> Result<(), F::Error> {
        self.make_room::<F>(elements.len())?;
        // SAFETY: by `# Safety` of this fn, and `make_room` made room at the end of the elements.
        unsafe { self.copy_in(self.place(self.length), elements) };
        self.length += elements.len();
        Ok(())
    }

    /// Splits the deque at `at`: moves the elements from there on to a new deque, in a clone of the allocator. The
    /// capacity of this deque is unchanged.
    ///
    /// # Panics
    ///
    /// Panics if `at` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// assert_eq!(numbers.split_off(1), [2, 3]);
    /// assert_eq!(numbers, [1]);
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "use `truncate` to drop the elements"]
    pub fn split_off(&mut self, at: usize) -> Self
    where
        A: Clone,
    {
        into_ok(self.split_at::<Panic>(at))
    }

    /// The twin of [`split_off`](Self::split_off) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocation fails. The deque is then unchanged.
    ///
    /// # Panics
    ///
    /// Panics if `at` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// assert_eq!(numbers.try_split_off(1).unwrap(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn try_split_off(&mut self, at: usize) -> Result<Self, TryReserveError>
    where
        A: Clone,
    {
        self.split_at::<Return>(at)
    }

    #[inline]
    #[track_caller]
    fn split_at<F: OnFailure>(&mut self, at: usize) -> Result<Self, F::Error>
    where
        A: Clone,
    {
        if at > self.length {
            out_of_bounds("split at", at, self.length);
        }
        let count = self.length - at;
        let mut other = Self::with_room::<F>(count, self.allocator().clone())?;
        // SAFETY: the length is at most the capacity.
        let parts = unsafe { self.parts(at, count) };
        // SAFETY: they are initialised, and `other` has another block. The next line takes them out of this deque.
        unsafe { other.take_parts::<F>(parts) }?;
        self.length = at;
        Ok(other)
    }
}
