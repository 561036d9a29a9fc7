//! Appending many elements at once.

use core::mem::MaybeUninit;
use core::ops::RangeBounds;

use super::{Vec, into_ok};
use crate::api::Allocator;
use crate::collections::bounds;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> Extend<T> for Vec<T, A> {
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        into_ok(self.extend_with::<Panic, _>(iter.into_iter()));
    }
}

impl<'a, T: Copy + 'a, A: Allocator> Extend<&'a T> for Vec<T, A> {
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, iter: I) {
        self.extend(iter.into_iter().copied());
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// The twin of [`extend`](Extend::extend) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). The vector keeps the elements appended so far; the element that did
    /// not fit and the rest of the iterator are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{FixedArena, collections::Vec};
    /// use std::mem::MaybeUninit;
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 64];
    /// let arena = FixedArena::new(&mut bytes);
    /// let mut numbers = Vec::new_in(&arena);
    /// assert!(numbers.try_extend(0..8_u8).is_ok());
    /// assert!(numbers.try_extend(0..=255).is_err());
    /// assert!(numbers.starts_with(&[0, 1, 2, 3, 4, 5, 6, 7]));
    /// ```
    #[inline]
    pub fn try_extend(&mut self, iter: impl IntoIterator<Item = T>) -> Result<(), TryReserveError> {
        self.extend_with::<Return, _>(iter.into_iter())
    }

    /// Appends clones of `elements`.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut letters = janus_alloc::collections::Vec::from(*b"jan");
    /// letters.extend_from_slice(b"us");
    /// assert_eq!(letters, b"janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn extend_from_slice(&mut self, elements: &[T])
    where
        T: Clone,
    {
        into_ok(self.clone_all::<Panic>(elements));
    }

    /// The twin of [`extend_from_slice`](Self::extend_from_slice) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut letters = janus_alloc::collections::Vec::new();
    /// assert!(letters.try_extend_from_slice(b"janus").is_ok());
    /// assert_eq!(letters, b"janus");
    /// ```
    #[inline]
    pub fn try_extend_from_slice(&mut self, elements: &[T]) -> Result<(), TryReserveError>
    where
        T: Clone,
    {
        self.clone_all::<Return>(elements)
    }

    #[inline]
    #[track_caller]
    pub(super) fn clone_all<F: OnFailure>(&mut self, elements: &[T]) -> Result<(), F::Error>
    where
        T: Clone,
    {
        self.buffer.reserve::<F>(self.length, elements.len())?;
        let (length, spare) = self.split_spare();
        // SAFETY: `reserve` made room for that many.
        let places = unsafe { spare.get_unchecked_mut(..elements.len()) };
        clone_into(elements, places, length);
        Ok(())
    }

    /// Appends clones of the elements in `range`.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, if its end exceeds the length, or if the new capacity exceeds
    /// `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// numbers.extend_from_within(1..);
    /// assert_eq!(numbers, [1, 2, 3, 2, 3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn extend_from_within(&mut self, range: impl RangeBounds<usize>)
    where
        T: Clone,
    {
        into_ok(self.clone_within::<Panic>(range));
    }

    /// The twin of [`extend_from_within`](Self::extend_from_within) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, or its end exceeds the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// assert!(numbers.try_extend_from_within(..1).is_ok());
    /// assert_eq!(numbers, [1, 2, 3, 1]);
    /// ```
    #[track_caller]
    pub fn try_extend_from_within(&mut self, range: impl RangeBounds<usize>) -> Result<(), TryReserveError>
    where
        T: Clone,
    {
        self.clone_within::<Return>(range)
    }

    #[inline]
    #[track_caller]
    fn clone_within<F: OnFailure>(&mut self, range: impl RangeBounds<usize>) -> Result<(), F::Error>
    where
        T: Clone,
    {
        let range = bounds::indexes(range, self.length);
        self.buffer.reserve::<F>(self.length, range.len())?;
        // SAFETY: `bounds::indexes` returns a range within the length.
        let first = unsafe { self.buffer.start().add(range.start) };
        // SAFETY: by invariant 2 of `Vec` that many elements are initialised from there on. Only places after all
        // elements are written.
        let elements = unsafe { core::slice::from_raw_parts(first.as_ptr(), range.len()) };
        let (length, spare) = self.split_spare();
        // SAFETY: `reserve` made room for that many.
        let places = unsafe { spare.get_unchecked_mut(..elements.len()) };
        clone_into(elements, places, length);
        Ok(())
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
    /// numbers.resize(3, 7);
    /// assert_eq!(numbers, [1, 7, 7]);
    /// numbers.resize(2, 0);
    /// assert_eq!(numbers, [1, 7]);
    /// ```
    #[inline]
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
    /// assert!(numbers.try_resize(3, 7).is_ok());
    /// assert!(numbers.try_resize(usize::MAX, 7).is_err());
    /// assert_eq!(numbers, [1, 7, 7]);
    /// ```
    #[inline]
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
            Some(additional) => self.append_clones::<F>(additional, value),
            None => {
                self.truncate(length);
                Ok(())
            }
        }
    }

    /// Appends `count` elements: `value` itself and `count - 1` clones of it.
    #[inline]
    #[track_caller]
    pub(super) fn append_clones<F: OnFailure>(&mut self, count: usize, value: T) -> Result<(), F::Error>
    where
        T: Clone,
    {
        self.buffer.reserve::<F>(self.length, count)?;
        let Some(clones) = count.checked_sub(1) else { return Ok(()) };
        let (length, spare) = self.split_spare();
        let mut written = LengthGuard { length, count: 0 };
        // SAFETY: `reserve` made room for `count`.
        let (places, rest) = unsafe { spare.split_at_mut_unchecked(clones) };
        for place in places {
            place.write(value.clone());
            written.count += 1;
        }
        // SAFETY: `reserve` made room for `count`, one more than `clones`.
        unsafe { rest.get_unchecked_mut(0) }.write(value);
        written.count += 1;
        Ok(())
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
    /// let mut next = 1;
    /// numbers.resize_with(3, || { next *= 2; next });
    /// assert_eq!(numbers, [1, 2, 4]);
    /// ```
    #[inline]
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
    /// let mut numbers = janus_alloc::collections::Vec::from([1]);
    /// assert!(numbers.try_resize_with(3, || 7).is_ok());
    /// assert_eq!(numbers, [1, 7, 7]);
    /// ```
    #[inline]
    pub fn try_resize_with(&mut self, length: usize, make: impl FnMut() -> T) -> Result<(), TryReserveError> {
        self.set_length_with::<Return>(length, make)
    }

    #[inline]
    #[track_caller]
    fn set_length_with<F: OnFailure>(&mut self, length: usize, mut make: impl FnMut() -> T) -> Result<(), F::Error> {
        let Some(additional) = length.checked_sub(self.length) else {
            self.truncate(length);
            return Ok(());
        };
        self.buffer.reserve::<F>(self.length, additional)?;
        let (length, spare) = self.split_spare();
        let mut written = LengthGuard { length, count: 0 };
        for place in &mut spare[..additional] {
            place.write(make());
            written.count += 1;
        }
        Ok(())
    }
}

/// Clones `elements` into as many `places`, and adds the number of clones to `length`, also if a clone unwinds.
///
/// The references tell the compiler that the slices do not overlap, so for types that are copied the loop becomes one
/// `memcpy`.
#[inline]
pub(in crate::collections) fn clone_into<T: Clone>(elements: &[T], places: &mut [MaybeUninit<T>], length: &mut usize) {
    let mut written = LengthGuard { length, count: 0 };
    for (place, element) in places.iter_mut().zip(elements) {
        place.write(element.clone());
        written.count += 1;
    }
}

/// Adds to a length on drop, so that a loop can count in a register.
struct LengthGuard<'l> {
    length: &'l mut usize,
    count: usize,
}

impl Drop for LengthGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        *self.length += self.count;
    }
}
