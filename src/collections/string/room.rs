//! Capacity of a string: reserving and shrinking it.

use super::String;
use crate::api::Allocator;
use crate::collections::TryReserveError;

impl<A: Allocator> String<A> {
    /// Reserves room for at least `additional` more bytes, and perhaps for more, to avoid frequent reallocations. Does
    /// nothing if they fit.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// name.reserve(10);
    /// assert!(name.capacity() >= 15);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.bytes.reserve(additional);
    }

    /// The twin of [`reserve`](Self::reserve) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the new capacity exceeds `isize::MAX` bytes, or if the allocation fails. The string is then
    /// unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{String, TryReserveError};
    ///
    /// fn doubled(text: &str) -> Result<String, TryReserveError> {
    ///     let mut doubled = String::new();
    ///     doubled.try_reserve(2 * text.len())?;
    ///     doubled.push_str(text); // there is room
    ///     doubled.push_str(text);
    ///     Ok(doubled)
    /// }
    /// assert_eq!(doubled("Ja").unwrap(), "JaJa");
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve(additional)
    }

    /// Reserves room for exactly `additional` more bytes. Does nothing if they fit.
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
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// name.reserve_exact(10);
    /// assert_eq!(name.capacity(), 15);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve_exact(&mut self, additional: usize) {
        self.bytes.reserve_exact(additional);
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
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// assert!(name.try_reserve_exact(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve_exact(additional)
    }

    /// Frees the unused capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::with_capacity(10);
    /// name.push_str("Janus");
    /// name.shrink_to_fit();
    /// assert_eq!(name.capacity(), 5);
    /// ```
    #[inline]
    #[track_caller]
    pub fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// The twin of [`shrink_to_fit`](Self::shrink_to_fit) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator cannot shrink the block, which may need a new block. The string is then
    /// unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::with_capacity(10);
    /// assert!(name.try_shrink_to_fit().is_ok());
    /// assert_eq!(name.capacity(), 0);
    /// ```
    #[inline]
    pub fn try_shrink_to_fit(&mut self) -> Result<(), TryReserveError> {
        self.bytes.try_shrink_to_fit()
    }

    /// Shrinks the capacity to the greater of the length and `min_capacity`. Does nothing if it is less already.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::with_capacity(10);
    /// name.push_str("Janus");
    /// name.shrink_to(7);
    /// assert_eq!(name.capacity(), 7);
    /// name.shrink_to(0);
    /// assert_eq!(name.capacity(), 5);
    /// ```
    #[inline]
    #[track_caller]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.bytes.shrink_to(min_capacity);
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
    /// let mut name = janus_alloc::collections::String::with_capacity(10);
    /// assert!(name.try_shrink_to(7).is_ok());
    /// assert_eq!(name.capacity(), 7);
    /// ```
    #[inline]
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), TryReserveError> {
        self.bytes.try_shrink_to(min_capacity)
    }
}
