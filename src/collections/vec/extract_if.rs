//! Those elements of a vector that a predicate chooses, on their way out.

use core::fmt;
use core::ops::{Range, RangeBounds};

use super::Vec;
use crate::api::{Allocator, Global};
use crate::collections::bounds;

/// The iterator that takes chosen elements out of a [`Vec`]: see [`Vec::extract_if`].
///
/// When it is dropped, the elements that were not looked at stay. If it is forgotten, all elements are lost to the vector.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{Vec, vec::ExtractIf}};
///
/// let mut numbers = Vec::from([1, 2, 3, 4]);
/// let mut even: ExtractIf<'_, i32, _, Global> = numbers.extract_if(.., |n| *n % 2 == 0);
/// assert_eq!(even.next(), Some(2));
/// drop(even);
/// assert_eq!(numbers, [1, 3, 4]);
/// ```
#[must_use = "nothing is taken out before the iterator is asked: `retain_mut` or `extract_if().for_each(drop)` drops all"]
pub struct ExtractIf<'v, T, F, A: Allocator = Global> {
    /// Its length is 0 meanwhile, so that forgetting this loses elements and duplicates none.
    vec: &'v mut Vec<T, A>,
    /// Those to be looked at.
    range: Range<usize>,
    /// The number of elements taken out, all of them from before the range.
    taken: usize,
    /// The number of elements at the start.
    length: usize,
    choose: F,
}

impl<T, A: Allocator> Vec<T, A> {
    /// Takes those elements in `range` out for which `choose` is true, one by one. It sees each once, in order, and may change
    /// it.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the last element.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3, 4, 5, 6]);
    /// assert!(numbers.extract_if(..4, |n| *n % 2 == 0).eq([2, 4]));
    /// assert_eq!(numbers, [1, 3, 5, 6]);
    /// ```
    #[track_caller]
    pub fn extract_if<F, R>(&mut self, range: R, choose: F) -> ExtractIf<'_, T, F, A>
    where
        F: FnMut(&mut T) -> bool,
        R: RangeBounds<usize>,
    {
        let length = self.length;
        let range = bounds::indexes(range, length);
        self.length = 0;
        ExtractIf { vec: self, range, taken: 0, length, choose }
    }
}

impl<T, F, A: Allocator> ExtractIf<'_, T, F, A> {
    /// The allocator of the vector.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, vec_in};
    ///
    /// let mut numbers = vec_in![in Stats::new(System); 1_u8, 2];
    /// assert_eq!(numbers.extract_if(.., |_| true).allocator().snapshot().live_bytes, 2);
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.vec.allocator()
    }
}

impl<T, F: FnMut(&mut T) -> bool, A: Allocator> Iterator for ExtractIf<'_, T, F, A> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while !self.range.is_empty() {
            let index = self.range.start;
            // SAFETY: less than the length that the vector had.
            let place = unsafe { self.vec.buffer.start().add(index) };
            // SAFETY: not yet looked at, so initialised; nobody else has it.
            let chosen = (self.choose)(unsafe { &mut *place.as_ptr() });
            // Behind the call: if that unwinds, the element stays.
            self.range.start += 1;
            if chosen {
                self.taken += 1;
                // SAFETY: initialised, and from now on one of the places that nothing is in, so that it is moved out once.
                return Some(unsafe { place.read() });
            }
            if self.taken > 0 {
                // SAFETY: so many before it have been taken out.
                let free = unsafe { place.sub(self.taken) };
                // SAFETY: another place, that nothing is in.
                unsafe { place.copy_to_nonoverlapping(free, 1) };
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.range.len()))
    }
}

impl<T, F, A: Allocator> Drop for ExtractIf<'_, T, F, A> {
    fn drop(&mut self) {
        let rest = self.length - self.range.start;
        if self.taken > 0 && rest > 0 {
            // SAFETY: at most the length that the vector had.
            let first = unsafe { self.vec.buffer.start().add(self.range.start) };
            // SAFETY: so many before it have been taken out.
            let free = unsafe { first.sub(self.taken) };
            // SAFETY: these have not been looked at, so they are initialised.
            unsafe { first.copy_to(free, rest) };
        }
        self.vec.length = self.length - self.taken;
    }
}

impl<T: fmt::Debug, F, A: Allocator> fmt::Debug for ExtractIf<'_, T, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
