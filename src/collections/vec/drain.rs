//! A range of a vector on its way out.

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

/// The iterator that takes a range of elements out of a [`Vec`]: see [`Vec::drain`].
///
/// When it is dropped, those left are dropped and those behind the range move up. If it is forgotten, all from the start of the
/// range on are lost to the vector.
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
    /// Those of the range that are left.
    ///
    /// # Invariants
    ///
    /// 1. The elements of `left` are initialised, and neither the vector nor anybody else counts them.
    /// 2. So are the `tail_length` elements from index `tail` on.
    /// 3. The elements that the vector counts lie before all these.
    left: slice::Iter<'v, T>,
    /// The index of the first element behind the range.
    pub(super) tail: usize,
    pub(super) tail_length: usize,
    /// Borrowed for `'v`.
    pub(super) vec: NonNull<Vec<T, A>>,
    borrows: PhantomData<&'v Vec<T, A>>,
}

// SAFETY: the elements belong to the iterator alone, as the vector does.
unsafe impl<T: Send, A: Allocator + Send> Send for Drain<'_, T, A> {}
// SAFETY: a shared iterator gives shared elements and a shared allocator.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for Drain<'_, T, A> {}

impl<T, A: Allocator> Vec<T, A> {
    /// Takes the elements in `range` out, one by one, and moves those behind it up in the end.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the last element.
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
        // If the iterator is forgotten, the vector must not have what was taken out.
        self.length = range.start;
        // SAFETY: the range was within the length when it was asked for its bounds.
        let first = unsafe { self.buffer.start().add(range.start) };
        // SAFETY: so many elements are initialised, and no longer counted.
        let left = unsafe { slice::from_raw_parts(first.as_ptr(), range.len()) }.iter();
        let tail_length = length - range.end;
        Drain { left, tail: range.end, tail_length, vec: NonNull::from(self), borrows: PhantomData }
    }
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// The elements left.
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
        self.left.as_slice()
    }

    /// The allocator of the vector.
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
        // SAFETY: the vector is borrowed, and nobody changes it while the iterator is shared.
        unsafe { self.vec.as_ref() }.allocator()
    }

    /// Drops those left.
    pub(super) fn drop_left(&mut self) {
        let left = mem::take(&mut self.left);
        if !mem::needs_drop::<T>() || left.len() == 0 {
            return;
        }
        let left = left.as_slice();
        // SAFETY: nobody else uses the vector.
        let start = unsafe { self.vec.as_ref() }.buffer.start().as_ptr();
        let first = if size_of::<T>() == 0 {
            start
        } else {
            // SAFETY: both lie in the block of the vector.
            let index = unsafe { left.as_ptr().offset_from(start) };
            // The pointer of the vector may be written through; that of the slice may not.
            // SAFETY: it lies in the block.
            unsafe { start.offset(index) }
        };
        // SAFETY: by (1), and they are no longer left.
        unsafe { ptr::slice_from_raw_parts_mut(first, left.len()).drop_in_place() };
    }
}

impl<T, A: Allocator> Iterator for Drain<'_, T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        // SAFETY: by (1), and it is no longer left, so that it is moved out once.
        self.left.next().map(|element| unsafe { ptr::read(element) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<T, A: Allocator> DoubleEndedIterator for Drain<'_, T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        // SAFETY: by (1), and it is no longer left, so that it is moved out once.
        self.left.next_back().map(|element| unsafe { ptr::read(element) })
    }
}

impl<T, A: Allocator> ExactSizeIterator for Drain<'_, T, A> {}
impl<T, A: Allocator> FusedIterator for Drain<'_, T, A> {}

impl<T, A: Allocator> Drop for Drain<'_, T, A> {
    fn drop(&mut self) {
        /// Moves the tail up, also if a drop unwinds.
        struct Close<'d, 'v, T, A: Allocator>(&'d mut Drain<'v, T, A>);

        impl<T, A: Allocator> Drop for Close<'_, '_, T, A> {
            fn drop(&mut self) {
                let Drain { tail, tail_length, mut vec, .. } = *self.0;
                if tail_length == 0 {
                    return;
                }
                // SAFETY: nobody else uses the vector.
                let vec = unsafe { vec.as_mut() };
                if tail != vec.length {
                    // SAFETY: at most the capacity.
                    let first = unsafe { vec.buffer.start().add(tail) };
                    // SAFETY: as above.
                    let place = unsafe { vec.buffer.start().add(vec.length) };
                    // SAFETY: by (2) and (3) these are initialised, and what lies between is nobody's.
                    unsafe { first.copy_to(place, tail_length) };
                }
                vec.length += tail_length;
            }
        }

        Close(self).0.drop_left();
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
