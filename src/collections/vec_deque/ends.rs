//! Pushing and popping at both ends.

use super::{VecDeque, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> VecDeque<T, A> {
    /// Appends `value`.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// numbers.push_back(3);
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn push_back(&mut self, value: T) {
        into_ok(self.append_one::<Panic>(value));
    }

    /// The twin of [`push_back`](Self::push_back) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve); `value` is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::VecDeque};
    ///
    /// assert!(VecDeque::new_in(Null).try_push_back(1).is_err());
    /// ```
    #[inline]
    pub fn try_push_back(&mut self, value: T) -> Result<(), TryReserveError> {
        self.append_one::<Return>(value).map(drop)
    }

    /// Appends `value` and returns a reference to it.
    ///
    /// # Panics
    ///
    /// Same as [`push_back`](Self::push_back).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// *numbers.push_back_mut(3) += 4;
    /// assert_eq!(numbers, [1, 2, 7]);
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "use `push_back` if the reference is not needed"]
    pub fn push_back_mut(&mut self, value: T) -> &mut T {
        into_ok(self.append_one::<Panic>(value))
    }

    /// The twin of [`push_back_mut`](Self::push_back_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_push_back`](Self::try_push_back).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::new();
    /// *numbers.try_push_back_mut(3).unwrap() += 4;
    /// assert_eq!(numbers, [7]);
    /// ```
    #[inline]
    pub fn try_push_back_mut(&mut self, value: T) -> Result<&mut T, TryReserveError> {
        self.append_one::<Return>(value)
    }

    #[inline]
    #[track_caller]
    pub(super) fn append_one<F: OnFailure>(&mut self, value: T) -> Result<&mut T, F::Error> {
        if self.is_full() {
            self.grow::<F>()?;
        }
        // Set before the write, so that the compiler need not read the length again.
        let index = self.length;
        self.length = index + 1;
        // SAFETY: there is room, so this is the place of the next element.
        let place = unsafe { self.address(self.place(index)) };
        // SAFETY: the place is free, since there is room.
        unsafe { place.write(value) };
        // SAFETY: the place was initialised just now, and the reference borrows the deque.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Prepends `value`.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// numbers.push_front(0);
    /// assert_eq!(numbers, [0, 1, 2]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn push_front(&mut self, value: T) {
        into_ok(self.prepend_one::<Panic>(value));
    }

    /// The twin of [`push_front`](Self::push_front) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve); `value` is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::VecDeque};
    ///
    /// assert!(VecDeque::new_in(Null).try_push_front(1).is_err());
    /// ```
    #[inline]
    pub fn try_push_front(&mut self, value: T) -> Result<(), TryReserveError> {
        self.prepend_one::<Return>(value).map(drop)
    }

    /// Prepends `value` and returns a reference to it.
    ///
    /// # Panics
    ///
    /// Same as [`push_front`](Self::push_front).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// *numbers.push_front_mut(3) += 4;
    /// assert_eq!(numbers, [7, 1, 2]);
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "use `push_front` if the reference is not needed"]
    pub fn push_front_mut(&mut self, value: T) -> &mut T {
        into_ok(self.prepend_one::<Panic>(value))
    }

    /// The twin of [`push_front_mut`](Self::push_front_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_push_front`](Self::try_push_front).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::new();
    /// *numbers.try_push_front_mut(3).unwrap() += 4;
    /// assert_eq!(numbers, [7]);
    /// ```
    #[inline]
    pub fn try_push_front_mut(&mut self, value: T) -> Result<&mut T, TryReserveError> {
        self.prepend_one::<Return>(value)
    }

    #[inline]
    #[track_caller]
    fn prepend_one<F: OnFailure>(&mut self, value: T) -> Result<&mut T, F::Error> {
        if self.is_full() {
            self.grow::<F>()?;
        }
        self.head = self.backwards(self.head, 1);
        self.length += 1;
        // SAFETY: `head` is less than the capacity, or 0.
        let place = unsafe { self.address(self.head) };
        // SAFETY: the place was free, since there was room.
        unsafe { place.write(value) };
        // SAFETY: the place was initialised just now, and the reference borrows the deque.
        Ok(unsafe { &mut *place.as_ptr() })
    }

    /// Removes the first element and returns it, or `None` if the deque is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// assert_eq!((numbers.pop_front(), numbers.pop_front(), numbers.pop_front()), (Some(1), Some(2), None));
    /// ```
    #[inline]
    pub fn pop_front(&mut self) -> Option<T> {
        self.length = self.length.checked_sub(1)?;
        // This removes the capacity check from a push that follows.
        // SAFETY: by invariant 2 of `VecDeque` the length was at most the capacity, and it is less now.
        unsafe { core::hint::assert_unchecked(self.length < self.capacity()) };
        // SAFETY: by invariant 1 of `VecDeque` `head` is less than the capacity, or 0.
        let first = unsafe { self.address(self.head) };
        self.head = self.place(1);
        // SAFETY: by invariant 3 of `VecDeque` it is initialised. It is no longer part of the deque, so it is moved out
        // once.
        Some(unsafe { first.read() })
    }

    /// Removes the last element and returns it, or `None` if the deque is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// assert_eq!((numbers.pop_back(), numbers.pop_back(), numbers.pop_back()), (Some(2), Some(1), None));
    /// ```
    #[inline]
    pub fn pop_back(&mut self) -> Option<T> {
        self.length = self.length.checked_sub(1)?;
        // SAFETY: same as in `pop_front`.
        unsafe { core::hint::assert_unchecked(self.length < self.capacity()) };
        // SAFETY: this is the place of the element that was the last.
        let last = unsafe { self.address(self.place(self.length)) };
        // SAFETY: by invariant 3 of `VecDeque` it is initialised. It is no longer part of the deque, so it is moved out
        // once.
        Some(unsafe { last.read() })
    }

    /// Removes and returns the first element if `predicate` returns `true` for it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([2, 3]);
    /// assert_eq!(numbers.pop_front_if(|n| *n % 2 == 0), Some(2));
    /// assert_eq!(numbers.pop_front_if(|n| *n % 2 == 0), None);
    /// ```
    pub fn pop_front_if(&mut self, predicate: impl FnOnce(&mut T) -> bool) -> Option<T> {
        if predicate(self.front_mut()?) { self.pop_front() } else { None }
    }

    /// Removes and returns the last element if `predicate` returns `true` for it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([3, 2]);
    /// assert_eq!(numbers.pop_back_if(|n| *n % 2 == 0), Some(2));
    /// assert_eq!(numbers.pop_back_if(|n| *n % 2 == 0), None);
    /// ```
    pub fn pop_back_if(&mut self, predicate: impl FnOnce(&mut T) -> bool) -> Option<T> {
        if predicate(self.back_mut()?) { self.pop_back() } else { None }
    }
}
