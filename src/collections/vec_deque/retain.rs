//! Removing elements that a predicate selects, and setting the length.

use core::iter;

use super::{VecDeque, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> VecDeque<T, A> {
    /// Keeps only the elements for which `keep` returns `true`, and drops the others. Calls `keep` once for each, in
    /// order.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3, 4]);
    /// numbers.retain(|n| n % 2 == 0);
    /// assert_eq!(numbers, [2, 4]);
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.retain_mut(|element| keep(element));
    }

    /// Keeps only the elements for which `keep` returns `true`, and drops the others. Calls `keep` once for each, in
    /// order; it may modify the element.
    ///
    /// If `keep` panics, all elements stay in the deque, perhaps in another order.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// numbers.retain_mut(|n| { *n *= 2; *n > 2 });
    /// assert_eq!(numbers, [4, 6]);
    /// ```
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        let count = self.length;
        // Until an element is found that is not kept, nothing moves.
        let Some(mut kept) = (0..count).find(|&index| !keep(&mut self[index])) else { return };
        for index in kept + 1..count {
            if keep(&mut self[index]) {
                self.swap(kept, index);
                kept += 1;
            }
        }
        self.truncate(kept);
    }

    /// Changes the length to `length`: drops the elements from there on, or appends clones of `value`.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// numbers.resize(3, 7);
    /// assert_eq!(numbers, [1, 7, 7]);
    /// ```
    #[track_caller]
    pub fn resize(&mut self, length: usize, value: T)
    where
        T: Clone,
    {
        into_ok(self.set_length::<Panic>(length, value));
    }

    /// The twin of [`resize`](Self::resize) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// assert!(numbers.try_resize(3, 7).is_ok());
    /// assert!(numbers.try_resize(usize::MAX, 7).is_err());
    /// assert_eq!(numbers, [1, 7, 7]);
    /// ```
    pub fn try_resize(&mut self, length: usize, value: T) -> Result<(), TryReserveError>
    where
        T: Clone,
    {
        self.set_length::<Return>(length, value)
    }

    #[inline]
    #[track_caller]
    fn set_length<F: OnFailure>(&mut self, length: usize, value: T) -> Result<(), F::Error>
    where
        T: Clone,
    {
        match length.checked_sub(self.length) {
            Some(additional) => self.extend_with::<F, _>(iter::repeat_n(value, additional)),
            None => {
                self.truncate(length);
                Ok(())
            }
        }
    }

    /// Changes the length to `length`: drops the elements from there on, or appends the results of calls of `make`.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// let mut next = 1;
    /// numbers.resize_with(3, || { next *= 2; next });
    /// assert_eq!(numbers, [1, 2, 4]);
    /// ```
    #[track_caller]
    pub fn resize_with(&mut self, length: usize, make: impl FnMut() -> T) {
        into_ok(self.set_length_with::<Panic>(length, make));
    }

    /// The twin of [`resize_with`](Self::resize_with) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve); `make` is then not called.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// assert!(numbers.try_resize_with(3, || 7).is_ok());
    /// assert_eq!(numbers, [1, 7, 7]);
    /// ```
    pub fn try_resize_with(&mut self, length: usize, make: impl FnMut() -> T) -> Result<(), TryReserveError> {
        self.set_length_with::<Return>(length, make)
    }

    #[inline]
    #[track_caller]
    fn set_length_with<F: OnFailure>(&mut self, length: usize, make: impl FnMut() -> T) -> Result<(), F::Error> {
        match length.checked_sub(self.length) {
            Some(additional) => self.extend_with::<F, _>(iter::repeat_with(make).take(additional)),
            None => {
                self.truncate(length);
                Ok(())
            }
        }
    }
}
