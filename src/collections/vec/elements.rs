//! Inserting, removing and moving elements.

use core::ptr;

use super::{Vec, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> Vec<T, A> {
    /// Appends `value`.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
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
        into_ok(self.append_one::<Panic>(value));
    }

    /// The twin of [`push`](Self::push) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve); `value` is then dropped.
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

    /// Appends `value` and returns a reference to it.
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
    #[must_use = "use `push` if the reference is not needed"]
    pub fn push_mut(&mut self, value: T) -> &mut T {
        into_ok(self.append_one::<Panic>(value))
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
        // SAFETY: by invariant 1 of `Vec` there is room for another element, or `grow_one` made it.
        let place = unsafe { self.buffer.start().add(length) };
        // SAFETY: the place is within the capacity, and after the elements.
        unsafe { place.write(value) };
        self.length = length + 1;
        // SAFETY: the place was initialised just now, and the reference borrows the vector.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Removes the last element and returns it, or `None` if the vector is empty.
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
        // This removes the capacity check from a push that follows.
        // SAFETY: by invariant 1 of `Vec` the length was at most the capacity, and it is less now.
        unsafe { core::hint::assert_unchecked(self.length < self.capacity()) };
        // SAFETY: the length is at most the capacity, by invariant 1 of `Vec`.
        let last = unsafe { self.buffer.start().add(self.length) };
        // SAFETY: by invariant 2 of `Vec` it is initialised. It is no longer part of the vector, so it is moved out
        // once.
        Some(unsafe { last.read() })
    }

    /// Removes and returns the last element if `predicate` returns `true` for it.
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

    /// Inserts `element` at `index`, and shifts all elements after it to the right.
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length, or the new capacity exceeds `isize::MAX` bytes.
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
        into_ok(self.insert_one::<Panic>(index, element));
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve); `element` is then dropped.
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length.
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

    /// Inserts `element` like [`insert`](Self::insert), and returns a reference to it.
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
    #[must_use = "use `insert` if the reference is not needed"]
    pub fn insert_mut(&mut self, index: usize, element: T) -> &mut T {
        into_ok(self.insert_one::<Panic>(index, element))
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
        // Checked before `index` is used in address arithmetic.
        if index > length {
            out_of_bounds("insert at", index, length);
        }
        if length == self.capacity() {
            self.buffer.grow_one::<F>()?;
        }
        // SAFETY: `index` is at most the length, which is less than the capacity by now.
        let place = unsafe { self.buffer.start().add(index) };
        if index < length {
            // SAFETY: `index` is less than the length, so the next place is still within the block.
            let next = unsafe { place.add(1) };
            // SAFETY: the elements from `index` on are initialised, by invariant 2 of `Vec`, and there is room for one
            // more.
            unsafe { place.copy_to(next, length - index) };
        }
        // SAFETY: the place is within the capacity, and is free or has been moved from.
        unsafe { place.write(element) };
        self.length = length + 1;
        // SAFETY: the place was initialised just now, and the reference borrows the vector.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Removes and returns the element at `index`, and shifts all elements after it to the left.
    ///
    /// # Panics
    ///
    /// Panics if `index` is not less than the length.
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
        // SAFETY: `index` is less than the length, so within the capacity by invariant 1 of `Vec`.
        let place = unsafe { self.buffer.start().add(index) };
        // SAFETY: the element is initialised by invariant 2 of `Vec`. The next lines overwrite it or shorten the
        // vector, so it is moved out once.
        let element = unsafe { place.read() };
        // SAFETY: `index + 1` is at most the length.
        let next = unsafe { place.add(1) };
        // SAFETY: that many elements follow it, and the place has been moved from.
        unsafe { next.copy_to(place, length - index - 1) };
        self.length = length - 1;
        element
    }

    /// Removes and returns the element at `index`, and replaces it with the last element.
    ///
    /// # Panics
    ///
    /// Panics if `index` is not less than the length.
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
        // SAFETY: `index` is less than the length, so within the capacity by invariant 1 of `Vec`.
        let place = unsafe { self.buffer.start().add(index) };
        // SAFETY: `length` is not 0, so this is the place of the last element.
        let last = unsafe { self.buffer.start().add(length - 1) };
        // SAFETY: the element is initialised by invariant 2 of `Vec`. The next lines overwrite it or shorten the
        // vector, so it is moved out once.
        let element = unsafe { place.read() };
        // SAFETY: this moves the last element to a place that has been moved from, or copies the removed element onto
        // itself.
        unsafe { last.copy_to(place, 1) };
        self.length = length - 1;
        element
    }

    /// Shortens the vector to `length` elements, and drops the others. Does nothing if there are no more.
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
        // SAFETY: `length` is at most the old length, so within the capacity by invariant 1 of `Vec`.
        let first = unsafe { self.buffer.start().add(length) };
        // Set before the drops, so that no element is dropped twice if one unwinds.
        self.length = length;
        // SAFETY: these elements are initialised by invariant 2 of `Vec`, and no longer part of the vector.
        unsafe { ptr::slice_from_raw_parts_mut(first.as_ptr(), dropped).drop_in_place() };
    }

    /// Drops all elements, and keeps the capacity.
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
        // Set before the drops, so that no element is dropped twice if one unwinds.
        self.length = 0;
        // SAFETY: they are initialised by invariant 2 of `Vec`, and no longer part of the vector.
        unsafe { elements.drop_in_place() };
    }

    /// Moves all elements of `other` to the end of this vector, and leaves `other` empty.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
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
        // SAFETY: `other` is a different vector. If this succeeds, the next line makes it forget the elements.
        unsafe { self.take_all::<F>(other.as_slice()) }?;
        other.length = 0;
        Ok(())
    }

    /// Moves `elements` to the end of this vector.
    ///
    /// # Safety
    ///
    /// `elements` are initialised and not in the block of this vector. If this returns `Ok`, nothing uses them again.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn take_all<F: OnFailure>(&mut self, elements: *const [T]) -> Result<(), F::Error> {
        let count = elements.len();
        self.buffer.reserve::<F>(self.length, count)?;
        // SAFETY: by invariant 1 of `Vec` the length is at most the capacity.
        let end = unsafe { self.buffer.start().add(self.length) };
        // SAFETY: `elements` are initialised and in another block, by `# Safety` of this fn, and there is room for
        // them.
        unsafe { elements.cast::<T>().copy_to_nonoverlapping(end.as_ptr(), count) };
        self.length += count;
        Ok(())
    }

    /// Splits the vector at `at`: moves the elements from there on to a new vector, in a clone of the allocator. The
    /// capacity of this vector is unchanged.
    ///
    /// # Panics
    ///
    /// Panics if `at` is greater than the length.
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
    /// Returns an error if the allocation fails. The vector is then unchanged.
    ///
    /// # Panics
    ///
    /// Panics if `at` is greater than the length.
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
        // SAFETY: `at` is at most the length, so within the capacity by invariant 1 of `Vec`.
        let first = unsafe { self.buffer.start().add(at) };
        self.length = at;
        // SAFETY: they are initialised by invariant 2 of `Vec`, and no longer part of this vector. `other` has room for
        // that many in a block of its own.
        unsafe { first.copy_to_nonoverlapping(other.buffer.start(), count) };
        other.length = count;
        Ok(other)
    }
}

impl<T, const N: usize, A: Allocator> Vec<[T; N], A> {
    /// Flattens the arrays into a vector of their elements, in the same block.
    ///
    /// # Panics
    ///
    /// Panics if the number of elements exceeds `usize::MAX`, which is possible only if they are zero-sized.
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
            // The arrays were zero-sized, so there is no block.
            (0, 0)
        } else {
            // The block has at most `isize::MAX` bytes, so the products do not overflow.
            (length * N, capacity * N)
        };
        // SAFETY: an array has the align of its elements and the size of all of them together. So the start is aligned,
        // the layout for this many elements is that of the block, and they are initialised.
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

    /// Converts into an array if the length is `N`. Otherwise returns the vector as the error.
    fn try_from(mut vec: Vec<T, A>) -> Result<Self, Vec<T, A>> {
        if vec.length != N {
            return Err(vec);
        }
        vec.length = 0;
        // SAFETY: by invariant 2 of `Vec` there were `N` initialised elements, with the layout of the array. They are
        // no longer part of the vector, so they are moved out once.
        Ok(unsafe { vec.as_ptr().cast::<[T; N]>().read() })
    }
}
