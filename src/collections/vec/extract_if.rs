//! Removing the elements of a vector that a predicate chooses.

use core::fmt;
use core::ops::{Range, RangeBounds};

use super::Vec;
use crate::api::{Allocator, Global};
use crate::collections::bounds;

/// The iterator that removes the chosen elements from a [`Vec`]: see [`Vec::extract_if`].
///
/// Dropping it keeps the elements that were not visited. Forgetting it leaks all elements.
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
#[must_use = "iterators are lazy: `retain_mut` or `extract_if().for_each(drop)` removes the elements"]
pub struct ExtractIf<'v, T, F, A: Allocator = Global> {
    /// The vector. Its length is 0 while the iterator exists, so forgetting the iterator leaks elements, but duplicates
    /// none.
    ///
    /// # Invariants
    ///
    /// 1. `range.end` is at most `length`, which is at most the capacity.
    /// 2. The elements before `range.start - removed`, and from `range.start` to `length`, are initialised and belong
    ///    to the iterator.
    vec: &'v mut Vec<T, A>,
    /// The elements to visit.
    range: Range<usize>,
    /// The number of elements removed. All of them were before `range`.
    removed: usize,
    /// The length that the vector had before.
    length: usize,
    choose: F,
}

impl<T, A: Allocator> Vec<T, A> {
    /// Removes the elements in `range` for which `choose` returns `true`, and yields them. The iterator calls `choose`
    /// once for each element, in order; it may modify the element.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, or its end exceeds the length.
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
        ExtractIf { vec: self, range, removed: 0, length, choose }
    }
}

impl<T, F, A: Allocator> ExtractIf<'_, T, F, A> {
    /// Returns a reference to the allocator of the vector.
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
            // SAFETY: `index` is less than `length`, so within the capacity by invariant 1.
            let place = unsafe { self.vec.buffer.start().add(index) };
            // SAFETY: by invariant 2 it is initialised, and nothing else refers to it.
            let chosen = (self.choose)(unsafe { &mut *place.as_ptr() });
            // After the call, so that the element stays if the call unwinds.
            self.range.start += 1;
            if chosen {
                self.removed += 1;
                // SAFETY: by invariant 2 it was initialised; it is counted as removed, so it is moved out once.
                return Some(unsafe { place.read() });
            }
            if self.removed > 0 {
                // SAFETY: that many elements before it were removed.
                let free = unsafe { place.sub(self.removed) };
                // SAFETY: by invariant 2 the element is initialised. The place is another one, and its element has been
                // moved.
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
        if self.removed > 0 && rest > 0 {
            // SAFETY: `range.start` is at most `length`, so within the capacity by invariant 1.
            let first = unsafe { self.vec.buffer.start().add(self.range.start) };
            // SAFETY: that many elements before it were removed.
            let free = unsafe { first.sub(self.removed) };
            // SAFETY: by invariant 2 the elements that were not visited are initialised.
            unsafe { first.copy_to(free, rest) };
        }
        self.vec.length = self.length - self.removed;
    }
}

impl<T: fmt::Debug, F, A: Allocator> fmt::Debug for ExtractIf<'_, T, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
