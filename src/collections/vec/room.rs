//! Capacity of a vector: reserving and shrinking it.

use super::{Vec, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> Vec<T, A> {
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
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
    /// Returns an error if the new capacity exceeds `isize::MAX` bytes, or if the allocation fails. The vector is then
    /// unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{TryReserveError, Vec};
    ///
    /// fn squares(count: usize) -> Result<Vec<usize>, TryReserveError> {
    ///     let mut squares = Vec::new();
    ///     squares.try_reserve(count)?;
    ///     squares.extend((0..count).map(|n| n * n)); // there is room
    ///     Ok(squares)
    /// }
    /// assert_eq!(squares(4).unwrap(), [0, 1, 4, 9]);
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.make_room::<Return>(additional)
    }

    /// The common body of [`reserve`](Self::reserve) and its twin.
    #[inline]
    #[track_caller]
    pub(in crate::collections) fn make_room<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        self.buffer.reserve::<F>(self.length, additional)
    }

    /// The common body of [`reserve_exact`](Self::reserve_exact) and its twin.
    #[track_caller]
    pub(in crate::collections) fn make_exact_room<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        self.buffer.reserve_exact::<F>(self.length, additional)
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
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
    /// let mut numbers = janus_alloc::collections::Vec::with_capacity(10);
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
    /// Returns an error if the allocator cannot shrink the block, which may need a new block. The vector is then
    /// unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::<u64>::with_capacity(10);
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
    /// let mut numbers = janus_alloc::collections::Vec::with_capacity(10);
    /// numbers.extend([1, 2, 3]);
    /// numbers.shrink_to(4);
    /// assert_eq!(numbers.capacity(), 4);
    /// numbers.shrink_to(0);
    /// assert_eq!(numbers.capacity(), 3);
    /// ```
    #[track_caller]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        into_ok(self.buffer.shrink::<Panic>(self.length.max(min_capacity)));
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
    /// let mut numbers = janus_alloc::collections::Vec::<u64>::with_capacity(10);
    /// assert!(numbers.try_shrink_to(4).is_ok());
    /// assert_eq!(numbers.capacity(), 4);
    /// ```
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), TryReserveError> {
        self.buffer.shrink::<Return>(self.length.max(min_capacity))
    }
}
