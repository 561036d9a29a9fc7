//! Elements put in, moved and taken out.

use core::ptr;

use super::{Vec, sure};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> Vec<T, A> {
    /// Appends `value`.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// numbers.push(3);
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn push(&mut self, value: T) {
        sure(self.append_one::<Panic>(value));
    }

    /// The twin of [`push`](Self::push) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). `value` is dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Vec};
    ///
    /// assert!(Vec::new_in(Null).try_push(1).is_err());
    /// ```
    #[inline]
    pub fn try_push(&mut self, value: T) -> Result<(), TryReserveError> {
        self.append_one::<Return>(value).map(drop)
    }

    /// Appends `value`, and lends it where it is.
    ///
    /// # Panics
    ///
    /// Same as [`push`](Self::push).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// *numbers.push_mut(3) += 4;
    /// assert_eq!(numbers, [1, 2, 7]);
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "`push` appends without lending"]
    pub fn push_mut(&mut self, value: T) -> &mut T {
        sure(self.append_one::<Panic>(value))
    }

    /// The twin of [`push_mut`](Self::push_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_push`](Self::try_push).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::new();
    /// *numbers.try_push_mut(3).unwrap() += 4;
    /// assert_eq!(numbers, [7]);
    /// ```
    #[inline]
    pub fn try_push_mut(&mut self, value: T) -> Result<&mut T, TryReserveError> {
        self.append_one::<Return>(value)
    }

    #[inline]
    #[track_caller]
    pub(super) fn append_one<F: OnFailure>(&mut self, value: T) -> Result<&mut T, F::Error> {
        let length = self.length;
        if length == self.capacity() {
            self.buffer.grow_one::<F>()?;
        }
        // SAFETY: there is room for another element.
        let place = unsafe { self.buffer.start().add(length) };
        // SAFETY: the place is free.
        unsafe { place.write(value) };
        self.length = length + 1;
        // SAFETY: initialised just now, and borrowed as the vector is.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Takes the last element out.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
    /// assert_eq!((numbers.pop(), numbers.pop()), (Some(1), None));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.length = self.length.checked_sub(1)?;
        // The next push can do without a question.
        // SAFETY: the length was at most the capacity, and is less now.
        unsafe { core::hint::assert_unchecked(self.length < self.capacity()) };
        // SAFETY: this was the last element.
        let last = unsafe { self.buffer.start().add(self.length) };
        // SAFETY: initialised, and no longer counted, so that it is moved out once.
        Some(unsafe { last.read() })
    }

    /// Takes the last element out if there is one and `predicate` is true for it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// assert_eq!(numbers.pop_if(|n| *n % 2 == 0), Some(2));
    /// assert_eq!(numbers.pop_if(|n| *n % 2 == 0), None);
    /// ```
    pub fn pop_if(&mut self, predicate: impl FnOnce(&mut T) -> bool) -> Option<T> {
        if predicate(self.last_mut()?) { self.pop() } else { None }
    }

    /// Inserts `element` before the one at `index`, and moves that and all behind it by one.
    ///
    /// # Panics
    ///
    /// If `index` is greater than the length, or the capacity would be more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 3]);
    /// numbers.insert(1, 2);
    /// numbers.insert(3, 4);
    /// assert_eq!(numbers, [1, 2, 3, 4]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, index: usize, element: T) {
        sure(self.insert_one::<Panic>(index, element));
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). `element` is dropped then.
    ///
    /// # Panics
    ///
    /// If `index` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 3]);
    /// assert!(numbers.try_insert(1, 2).is_ok());
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    #[track_caller]
    pub fn try_insert(&mut self, index: usize, element: T) -> Result<(), TryReserveError> {
        self.insert_one::<Return>(index, element).map(drop)
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 3]);
    /// *numbers.insert_mut(1, 2) += 5;
    /// assert_eq!(numbers, [1, 7, 3]);
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "`insert` inserts without lending"]
    pub fn insert_mut(&mut self, index: usize, element: T) -> &mut T {
        sure(self.insert_one::<Panic>(index, element))
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 3]);
    /// *numbers.try_insert_mut(1, 2).unwrap() += 5;
    /// assert_eq!(numbers, [1, 7, 3]);
    /// ```
    #[track_caller]
    pub fn try_insert_mut(&mut self, index: usize, element: T) -> Result<&mut T, TryReserveError> {
        self.insert_one::<Return>(index, element)
    }

    #[inline]
    #[track_caller]
    fn insert_one<F: OnFailure>(&mut self, index: usize, element: T) -> Result<&mut T, F::Error> {
        let length = self.length;
        // Before any address is computed from it.
        if index > length {
            out_of_bounds("insert at", index, length);
        }
        if length == self.capacity() {
            self.buffer.grow_one::<F>()?;
        }
        // SAFETY: `index` is at most the length, which is less than the capacity.
        let place = unsafe { self.buffer.start().add(index) };
        if index < length {
            // SAFETY: an element is there, so the next place is at most the end of the room.
            let next = unsafe { place.add(1) };
            // SAFETY: all from `index` on moves by one, for which there is room.
            unsafe { place.copy_to(next, length - index) };
        }
        // SAFETY: the place is free, or has been moved from.
        unsafe { place.write(element) };
        self.length = length + 1;
        // SAFETY: initialised just now, and borrowed as the vector is.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Takes the element at `index` out, and moves all behind it by one.
    ///
    /// # Panics
    ///
    /// If there is no such element.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// assert_eq!(numbers.remove(0), 1);
    /// assert_eq!(numbers, [2, 3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn remove(&mut self, index: usize) -> T {
        let length = self.length;
        if index >= length {
            out_of_bounds("remove at", index, length);
        }
        // SAFETY: less than the length.
        let place = unsafe { self.buffer.start().add(index) };
        // SAFETY: initialised, and overwritten or no longer counted in the next lines, so that it is moved out once.
        let element = unsafe { place.read() };
        // SAFETY: at most the length.
        let next = unsafe { place.add(1) };
        // SAFETY: so many elements are behind `index`.
        unsafe { next.copy_to(place, length - index - 1) };
        self.length = length - 1;
        element
    }

    /// Takes the element at `index` out, and puts the last one in its place.
    ///
    /// # Panics
    ///
    /// If there is no such element.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// assert_eq!(numbers.swap_remove(0), 1);
    /// assert_eq!(numbers, [3, 2]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn swap_remove(&mut self, index: usize) -> T {
        let length = self.length;
        if index >= length {
            out_of_bounds("remove at", index, length);
        }
        // SAFETY: less than the length.
        let place = unsafe { self.buffer.start().add(index) };
        // SAFETY: there is an element, so there is a last one.
        let last = unsafe { self.buffer.start().add(length - 1) };
        // SAFETY: initialised, and overwritten or no longer counted in the next lines, so that it is moved out once.
        let element = unsafe { place.read() };
        // SAFETY: the last element moves, or is the one that has been moved out.
        unsafe { last.copy_to(place, 1) };
        self.length = length - 1;
        element
    }

    /// Drops the elements from `length` on. Does nothing if there are not so many.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// numbers.truncate(1);
    /// assert_eq!(numbers, [1]);
    /// ```
    pub fn truncate(&mut self, length: usize) {
        if length > self.length {
            return;
        }
        let dropped = self.length - length;
        // SAFETY: at most the length.
        let first = unsafe { self.buffer.start().add(length) };
        // First, so that nothing is dropped twice if a drop unwinds.
        self.length = length;
        // SAFETY: so many elements were there, and are no longer counted.
        unsafe { ptr::slice_from_raw_parts_mut(first.as_ptr(), dropped).drop_in_place() };
    }

    /// Drops all elements. The capacity stays.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// numbers.clear();
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        let elements = &raw mut *self.as_mut_slice();
        // First, so that nothing is dropped twice if a drop unwinds.
        self.length = 0;
        // SAFETY: these were all elements, and they are no longer counted.
        unsafe { elements.drop_in_place() };
    }

    /// Moves all elements of `other` to the end of this vector.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Vec;
    ///
    /// let (mut left, mut right) = (Vec::from([1]), Vec::from([2, 3]));
    /// left.append(&mut right);
    /// assert_eq!((left.as_slice(), right.len()), (&[1, 2, 3][..], 0));
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
    /// use janus_alloc::collections::Vec;
    ///
    /// let mut numbers = Vec::from([1]);
    /// assert!(numbers.try_append(&mut Vec::from([2])).is_ok());
    /// assert_eq!(numbers, [1, 2]);
    /// ```
    #[inline]
    pub fn try_append(&mut self, other: &mut Self) -> Result<(), TryReserveError> {
        self.append_all::<Return>(other)
    }

    #[inline]
    #[track_caller]
    fn append_all<F: OnFailure>(&mut self, other: &mut Self) -> Result<(), F::Error> {
        // SAFETY: they are no longer `other`'s after the next line.
        unsafe { self.take_all::<F>(other.as_slice()) }?;
        other.length = 0;
        Ok(())
    }

    /// Moves `elements` to the end of this vector.
    ///
    /// # Safety
    ///
    /// `elements` are another's, who does not use them again if this returns `Ok`.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn take_all<F: OnFailure>(&mut self, elements: *const [T]) -> Result<(), F::Error> {
        let count = elements.len();
        self.buffer.reserve::<F>(self.length, count)?;
        // SAFETY: the length is at most the capacity.
        let end = unsafe { self.buffer.start().add(self.length) };
        // SAFETY: there is room for so many, and it is not theirs.
        unsafe { elements.cast::<T>().copy_to_nonoverlapping(end.as_ptr(), count) };
        self.length += count;
        Ok(())
    }

    /// Moves the elements from `at` on to a vector of their own, in a clone of the allocator. The capacity stays.
    ///
    /// # Panics
    ///
    /// If `at` is greater than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
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
        // SAFETY: at most the length.
        let first = unsafe { self.buffer.start().add(at) };
        self.length = at;
        // SAFETY: `other` has room for so many, in a block of its own. They are no longer counted here.
        unsafe { first.copy_to_nonoverlapping(other.buffer.start(), count) };
        other.length = count;
        Ok(other)
    }
}

impl<T, const N: usize, A: Allocator> Vec<[T; N], A> {
    /// The elements of all arrays, in the same block.
    ///
    /// # Panics
    ///
    /// If there are more than `usize::MAX`, which takes elements without a size.
    ///
    /// # Examples
    ///
    /// ```
    /// let pairs = janus_alloc::collections::Vec::from([[1, 2], [3, 4]]);
    /// assert_eq!(pairs.into_flattened(), [1, 2, 3, 4]);
    /// ```
    #[track_caller]
    pub fn into_flattened(self) -> Vec<T, A> {
        let (start, length, capacity, allocator) = self.into_raw_parts_with_allocator();
        let (length, capacity) = if size_of::<T>() == 0 {
            (length.checked_mul(N).expect("more than `usize::MAX` elements"), 0)
        } else if N == 0 {
            // The arrays had no size, and so no block.
            (0, 0)
        } else {
            // No more than `isize::MAX` bytes are there.
            (length * N, capacity * N)
        };
        // SAFETY: an array is as aligned as its elements and as long as all of them, so they are initialised, and the layout of
        // so many is that of the block.
        unsafe { Vec::from_raw_parts_in(start.cast(), length, capacity, allocator) }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_bounds(action: &str, index: usize, length: usize) -> ! {
    panic!("cannot {action} index {index} of a `Vec` of length {length}");
}

impl<T, A: Allocator, const N: usize> TryFrom<Vec<T, A>> for [T; N] {
    type Error = Vec<T, A>;

    /// The elements, if there are as many as the array has. Otherwise the vector is the error.
    fn try_from(mut vec: Vec<T, A>) -> Result<Self, Vec<T, A>> {
        if vec.length != N {
            return Err(vec);
        }
        vec.length = 0;
        // SAFETY: so many elements were there, and they are no longer counted, so that they are moved out once.
        Ok(unsafe { vec.as_ptr().cast::<[T; N]>().read() })
    }
}
