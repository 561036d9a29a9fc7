//! Removing a range of a vector.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::mem;
use core::ops::RangeBounds;
use core::ptr::{self, NonNull};
use core::slice;

use super::Vec;
use crate::api::{Allocator, Global};
use crate::collections::bounds;

/// The iterator that removes a range of elements from a [`Vec`]: see [`Vec::drain`].
///
/// Dropping it drops the remaining elements of the range and shifts the elements after it to the left. Forgetting it
/// leaks all elements from the start of the range on.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{Vec, vec::Drain}};
///
/// let mut numbers = Vec::from([1, 2, 3, 4]);
/// let mut drain: Drain<'_, i32, Global> = numbers.drain(1..3);
/// assert_eq!(drain.next_back(), Some(3));
/// assert_eq!(drain.as_slice(), [2]);
/// drop(drain);
/// assert_eq!(numbers, [1, 4]);
/// ```
pub struct Drain<'v, T, A: Allocator = Global> {
    /// The remaining elements of the range.
    ///
    /// # Invariants
    ///
    /// 1. The elements of `remaining` are initialised, and belong to the iterator: the vector's length does not include
    ///    them.
    /// 2. The same holds for the `tail_length` elements from index `tail` on, which are within the capacity.
    /// 3. The length of the vector is at most `tail`, and at most the index of the first element of `remaining`.
    /// 4. The vector is borrowed mutably for `'v`, and nothing else uses it.
    remaining: slice::Iter<'v, T>,
    /// The index of the first element after the range.
    pub(super) tail: usize,
    pub(super) tail_length: usize,
    pub(super) vec: NonNull<Vec<T, A>>,
    borrows: PhantomData<&'v Vec<T, A>>,
}

// SAFETY: by invariants 1, 2 and 4 the elements and the vector belong to the iterator, so it is sent with them.
unsafe impl<T: Send, A: Allocator + Send> Send for Drain<'_, T, A> {}
// SAFETY: a shared iterator gives access only to shared elements and a shared allocator.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for Drain<'_, T, A> {}

impl<T, A: Allocator> Vec<T, A> {
    /// Removes the elements in `range` and yields them. Dropping the iterator shifts the elements after the range to
    /// the left.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, or its end exceeds the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// assert!(numbers.drain(..2).eq([1, 2]));
    /// assert_eq!(numbers, [3]);
    /// ```
    #[track_caller]
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> Drain<'_, T, A> {
        let length = self.length;
        let range = bounds::indexes(range, length);
        // If the iterator is forgotten, the vector must not contain moved-out elements.
        self.length = range.start;
        // SAFETY: `bounds::indexes` returns a range within the length.
        let first = unsafe { self.buffer.start().add(range.start) };
        // SAFETY: by invariant 2 of `Vec` that many elements are initialised, and the vector's length does not include
        // them any more.
        let remaining = unsafe { slice::from_raw_parts(first.as_ptr(), range.len()) }.iter();
        let tail_length = length - range.end;
        Drain { remaining, tail: range.end, tail_length, vec: NonNull::from(self), borrows: PhantomData }
    }
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// Returns the remaining elements of the range.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// let mut drain = numbers.drain(..);
    /// drain.next();
    /// assert_eq!(drain.as_slice(), [2, 3]);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.remaining.as_slice()
    }

    /// Returns a reference to the allocator of the vector.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, vec_in};
    ///
    /// let mut numbers = vec_in![in Stats::new(System); 1_u8, 2];
    /// assert_eq!(numbers.drain(1..).allocator().snapshot().live_bytes, 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(&self) -> &A {
        // SAFETY: by invariant 4; a shared iterator modifies nothing.
        unsafe { self.vec.as_ref() }.allocator()
    }

    /// Drops the remaining elements.
    pub(super) fn drop_remaining(&mut self) {
        let remaining = mem::take(&mut self.remaining);
        if !mem::needs_drop::<T>() || remaining.len() == 0 {
            return;
        }
        let remaining = remaining.as_slice();
        // SAFETY: by invariant 4.
        let start = unsafe { self.vec.as_ref() }.buffer.start().as_ptr();
        let first = if size_of::<T>() == 0 {
            start
        } else {
            // SAFETY: both addresses are in the block of the vector, a multiple of the size of `T` apart.
            let index = unsafe { remaining.as_ptr().offset_from(start) };
            // Derived from the vector's pointer, because the one of the slice is not valid for writes.
            // SAFETY: the result is in the block.
            unsafe { start.offset(index) }
        };
        // SAFETY: by invariant 1 they are initialised; `remaining` is empty now, so they are dropped once.
        unsafe { ptr::slice_from_raw_parts_mut(first, remaining.len()).drop_in_place() };
    }
}

impl<T, A: Allocator> Iterator for Drain<'_, T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        // SAFETY: by invariant 1 it is initialised; it has left `remaining`, so it is moved out once.
        self.remaining.next().map(|element| unsafe { ptr::read(element) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.remaining.size_hint()
    }
}

impl<T, A: Allocator> DoubleEndedIterator for Drain<'_, T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        // SAFETY: by invariant 1 it is initialised; it has left `remaining`, so it is moved out once.
        self.remaining.next_back().map(|element| unsafe { ptr::read(element) })
    }
}

impl<T, A: Allocator> ExactSizeIterator for Drain<'_, T, A> {}
impl<T, A: Allocator> FusedIterator for Drain<'_, T, A> {}

impl<T, A: Allocator> Drop for Drain<'_, T, A> {
    fn drop(&mut self) {
        /// Shifts the tail when it is dropped, even if the drop of an element unwinds.
        struct TailGuard<'d, 'v, T, A: Allocator>(&'d mut Drain<'v, T, A>);

        impl<T, A: Allocator> Drop for TailGuard<'_, '_, T, A> {
            fn drop(&mut self) {
                let Drain { tail, tail_length, mut vec, .. } = *self.0;
                if tail_length == 0 {
                    return;
                }
                // SAFETY: by invariant 4.
                let vec = unsafe { vec.as_mut() };
                if tail != vec.length {
                    // SAFETY: `tail` is at most the capacity, by invariant 2.
                    let first = unsafe { vec.buffer.start().add(tail) };
                    // SAFETY: the length is at most `tail`, by invariant 3.
                    let place = unsafe { vec.buffer.start().add(vec.length) };
                    // SAFETY: by invariant 2 the tail is initialised. None of the range remains, so the places in
                    // between belong to nothing.
                    unsafe { first.copy_to(place, tail_length) };
                }
                vec.length += tail_length;
            }
        }

        TailGuard(self).0.drop_remaining();
    }
}

impl<T, A: Allocator> AsRef<[T]> for Drain<'_, T, A> {
    #[inline]
    fn as_ref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Drain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain").field(&self.as_slice()).finish()
    }
}
