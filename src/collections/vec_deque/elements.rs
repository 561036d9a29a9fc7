//! Elements put in, moved and taken out anywhere.

use super::ring::{self, Parts};
use super::{VecDeque, out_of_bounds, sure};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> VecDeque<T, A> {
    /// Inserts `value` before the element at `index`. Those before it or those behind it move by one, whichever are fewer.
    ///
    /// # Panics
    ///
    /// If `index` is greater than the length, or the capacity would be more than `isize::MAX` bytes.
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
        sure(self.insert_one::<Panic>(index, value));
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). `value` is dropped then.
    ///
    /// # Panics
    ///
    /// If `index` is greater than the length.
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

    /// Inserts as [`insert`](Self::insert) does, and lends the element where it is.
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
    #[must_use = "`insert` inserts without lending"]
    pub fn insert_mut(&mut self, index: usize, value: T) -> &mut T {
        sure(self.insert_one::<Panic>(index, value))
    }

    /// The twin of [`insert_mut`](Self::insert_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_insert`](Self::try_insert).
    ///
    /// # Panics
    ///
    /// If `index` is greater than the length.
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
        let behind = self.length - index;
        let place = if behind < index {
            let place = self.place(index);
            // SAFETY: `behind` elements move by one, and a place is free.
            unsafe { self.shift(place, self.forwards(place, 1), behind) };
            place
        } else {
            let head = self.head;
            self.head = self.backwards(head, 1);
            // SAFETY: `index` elements move by one, and a place is free.
            unsafe { self.shift(head, self.head, index) };
            self.place(index)
        };
        // SAFETY: a place of the buffer.
        let place = unsafe { self.address(place) };
        // SAFETY: the place is free, or has been moved from.
        unsafe { place.write(value) };
        self.length += 1;
        // SAFETY: initialised just now, and borrowed as the deque is.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Takes the element at `index` out, if there is one. Those before it or those behind it move by one, whichever are fewer.
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
        // SAFETY: a place of the buffer.
        let element = unsafe { self.address(place) };
        // SAFETY: initialised, and overwritten or no longer counted in the next lines, so that it is moved out once.
        let element = unsafe { element.read() };
        let behind = self.length - index - 1;
        if behind < index {
            // SAFETY: `behind` elements move by one, to the place that has been moved from.
            unsafe { self.shift(self.forwards(place, 1), place, behind) };
        } else {
            let head = self.head;
            self.head = self.place(1);
            // SAFETY: `index` elements move by one, to the place that has been moved from.
            unsafe { self.shift(head, self.head, index) };
        }
        self.length -= 1;
        Some(element)
    }

    /// Takes the element at `index` out, if there is one, and puts the first one in its place.
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

    /// Takes the element at `index` out, if there is one, and puts the last one in its place.
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

    /// Drops the elements from `length` on. Does nothing if there are not so many.
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
        let dropped = self.parts(length, self.length - length);
        // First, so that nothing is dropped twice if a drop unwinds.
        self.length = length;
        // SAFETY: these were elements, and are no longer counted.
        unsafe { ring::drop_parts(dropped) };
    }

    /// Drops all elements. The capacity stays.
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
        // So that those to come lie one behind the other.
        self.head = 0;
    }

    /// Moves all elements of `other` to the end of this deque.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
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
        sure(self.append_all::<Panic>(other));
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). `other` is as before then.
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
        // SAFETY: they are no longer `other`'s after the next lines.
        unsafe { self.take_parts::<F>(other.parts(0, other.length)) }?;
        other.length = 0;
        other.head = 0;
        Ok(())
    }

    /// Moves the elements of both parts to the end of this deque.
    ///
    /// # Safety
    ///
    /// The elements are another's, who does not use them again if this returns `Ok`.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn take_parts<F: OnFailure>(&mut self, (front, back): Parts<T>) -> Result<(), F::Error> {
        // They are in one block, or have no size and are in one part.
        self.make_room::<F>(front.len() + back.len())?;
        // SAFETY: there is room, and by `# Safety` of this fn.
        unsafe { self.take_all::<F>(front) }?;
        // SAFETY: as above.
        unsafe { self.take_all::<F>(back) }
    }

    /// Moves `elements` to the end of this deque.
    ///
    /// # Safety
    ///
    /// The elements are another's, who does not use them again if this returns `Ok`.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn take_all<F: OnFailure>(&mut self, elements: *const [T]) -> Result<(), F::Error> {
        self.make_room::<F>(elements.len())?;
        // SAFETY: there is room, and by `# Safety` of this fn.
        unsafe { self.copy_in(self.place(self.length), elements) };
        self.length += elements.len();
        Ok(())
    }

    /// Moves the elements from `at` on to a deque of their own, in a clone of the allocator. The capacity stays.
    ///
    /// # Panics
    ///
    /// If `at` is greater than the length.
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
    #[must_use = "`truncate` drops them"]
    pub fn split_off(&mut self, at: usize) -> Self
    where
        A: Clone,
    {
        sure(self.split_at::<Panic>(at))
    }

    /// The twin of [`split_off`](Self::split_off) that returns an error.
    ///
    /// # Errors
    ///
    /// If the allocator refuses. Nothing has changed then.
    ///
    /// # Panics
    ///
    /// If `at` is greater than the length.
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
        // SAFETY: they are no longer counted after the next line.
        unsafe { other.take_parts::<F>(self.parts(at, count)) }?;
        self.length = at;
        Ok(other)
    }
}
