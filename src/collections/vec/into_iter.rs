//! Iterating over a vector by value.

use core::fmt;
use core::iter::FusedIterator;
use core::mem;
use core::panic::UnwindSafe;
use core::ptr::{self, NonNull};
use core::slice;

use super::Vec;
use crate::api::{Allocator, Global};
use crate::collections::raw_buffer::RawBuffer;

/// The iterator that moves the elements out of a [`Vec`]. Dropping it drops the remaining ones.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{Vec, vec::IntoIter};
///
/// let mut numbers: IntoIter<i32> = Vec::from([1, 2, 3]).into_iter();
/// assert_eq!((numbers.next(), numbers.next_back()), (Some(1), Some(3)));
/// assert_eq!(numbers.as_slice(), [2]);
/// ```
pub struct IntoIter<T, A: Allocator = Global> {
    /// Owns the block, but not the elements.
    ///
    /// # Invariants
    ///
    /// 1. If `T` is not zero-sized, `start` and `end` are in the block of `buffer` or equal; `end` is not before
    ///    `start`, and the elements between them are initialised and belong to the iterator.
    /// 2. If `T` is zero-sized, the address of `end` exceeds that of `start` by the number of remaining elements, and
    ///    `start` is aligned.
    buffer: RawBuffer<T, A>,
    /// The first remaining element.
    start: NonNull<T>,
    end: *const T,
}

// SAFETY: by invariant 1 the iterator owns the elements and their block, so it is sent with them.
unsafe impl<T: Send, A: Allocator + Send> Send for IntoIter<T, A> {}
// SAFETY: a shared iterator gives access only to shared elements and a shared allocator.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for IntoIter<T, A> {}
impl<T: UnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for IntoIter<T, A> {}

impl<T, A: Allocator> IntoIter<T, A> {
    const SIZED: bool = size_of::<T>() != 0;

    #[inline]
    fn new(vec: Vec<T, A>) -> Self {
        let length = vec.len();
        let buffer = vec.into_buffer();
        let start = buffer.start();
        let end = if Self::SIZED {
            // SAFETY: by invariant 1 of `Vec` the length is at most the capacity.
            unsafe { start.add(length) }.as_ptr()
        } else {
            start.as_ptr().wrapping_byte_add(length)
        };
        Self { buffer, start, end }
    }

    /// Returns the number of remaining elements.
    #[inline]
    fn remaining(&self) -> usize {
        if Self::SIZED {
            // SAFETY: by invariant 1 both are in one block, a multiple of the size of `T` apart.
            let remaining = unsafe { self.end.offset_from(self.start.as_ptr()) };
            // SAFETY: by invariant 1 the difference is not negative.
            unsafe { usize::try_from(remaining).unwrap_unchecked() }
        } else {
            self.end.addr().wrapping_sub(self.start.as_ptr().addr())
        }
    }

    #[inline]
    fn is_done(&self) -> bool {
        ptr::eq(self.start.as_ptr(), self.end)
    }

    /// Takes the first remaining element out of the count, and returns its address. Requires that an element remains.
    #[inline]
    fn advance(&mut self) -> NonNull<T> {
        let first = self.start;
        if Self::SIZED {
            // SAFETY: by invariant 1, since an element remains.
            self.start = unsafe { first.add(1) };
        } else {
            self.end = self.end.wrapping_byte_sub(1);
        }
        first
    }

    /// Takes the last remaining element out of the count, and returns its address. Requires that an element remains.
    #[inline]
    fn retreat(&mut self) -> NonNull<T> {
        if Self::SIZED {
            // SAFETY: by invariant 1, since an element remains.
            self.end = unsafe { self.end.sub(1) };
            // SAFETY: the pointer is in the block, so it is not null.
            unsafe { NonNull::new_unchecked(self.end.cast_mut()) }
        } else {
            self.end = self.end.wrapping_byte_sub(1);
            self.start
        }
    }

    /// Drops the first `count` remaining elements, or all if there are fewer.
    fn skip_first(&mut self, count: usize) {
        let skipped = count.min(self.remaining());
        let first = ptr::slice_from_raw_parts_mut(self.start.as_ptr(), skipped);
        if Self::SIZED {
            // SAFETY: by invariant 1, since at least `skipped` elements remain.
            self.start = unsafe { self.start.add(skipped) };
        } else {
            self.end = self.end.wrapping_byte_sub(skipped);
        }
        // SAFETY: that many elements remained. They are out of the count, so they are dropped once even if a drop
        // unwinds.
        unsafe { first.drop_in_place() };
    }

    /// Drops the last `count` remaining elements, or all if there are fewer.
    fn skip_last(&mut self, count: usize) {
        let skipped = count.min(self.remaining());
        let first = if Self::SIZED {
            // SAFETY: by invariant 1, since at least `skipped` elements remain.
            self.end = unsafe { self.end.sub(skipped) };
            self.end.cast_mut()
        } else {
            self.end = self.end.wrapping_byte_sub(skipped);
            self.start.as_ptr()
        };
        // SAFETY: same as in `skip_first`.
        unsafe { ptr::slice_from_raw_parts_mut(first, skipped).drop_in_place() };
    }

    /// Forgets the remaining elements, which have been moved out.
    #[inline]
    pub(in crate::collections) fn forget_rest(&mut self) {
        self.end = self.start.as_ptr();
    }

    /// Returns the remaining elements as a slice.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]).into_iter();
    /// numbers.next();
    /// assert_eq!(numbers.as_slice(), [2, 3]);
    /// ```
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: by the invariants this covers the remaining elements, which are initialised.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.remaining()) }
    }

    /// Returns the remaining elements as a mutable slice.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]).into_iter();
    /// numbers.as_mut_slice()[0] = 7;
    /// assert_eq!(numbers.next(), Some(7));
    /// ```
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: by the invariants this covers the remaining elements, which are initialised, and the slice borrows
        // the iterator.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.remaining()) }
    }

    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, vec_in};
    ///
    /// let numbers = vec_in![in Stats::new(System); 1_u8, 2].into_iter();
    /// assert_eq!(numbers.allocator().snapshot().live_bytes, 2);
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.buffer.allocator()
    }
}

impl<T, A: Allocator> Iterator for IntoIter<T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.is_done() {
            return None;
        }
        // SAFETY: an element remained. It is out of the count, so it is moved out once.
        Some(unsafe { self.advance().read() })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let remaining = self.remaining();
        (remaining, Some(remaining))
    }

    #[inline]
    fn count(self) -> usize {
        self.remaining()
    }

    #[inline]
    fn last(mut self) -> Option<T> {
        self.next_back()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<T> {
        self.skip_first(n);
        self.next()
    }

    #[inline]
    fn fold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let mut result = init;
        while !self.is_done() {
            // SAFETY: same as in `next`.
            result = f(result, unsafe { self.advance().read() });
        }
        result
    }
}

impl<T, A: Allocator> DoubleEndedIterator for IntoIter<T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        if self.is_done() {
            return None;
        }
        // SAFETY: an element remained. It is out of the count, so it is moved out once.
        Some(unsafe { self.retreat().read() })
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<T> {
        self.skip_last(n);
        self.next_back()
    }

    #[inline]
    fn rfold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let mut result = init;
        while !self.is_done() {
            // SAFETY: same as in `next_back`.
            result = f(result, unsafe { self.retreat().read() });
        }
        result
    }
}

impl<T, A: Allocator> ExactSizeIterator for IntoIter<T, A> {}
impl<T, A: Allocator> FusedIterator for IntoIter<T, A> {}

impl<T, A: Allocator> Drop for IntoIter<T, A> {
    #[inline]
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            // The buffer is freed after this, also if the drop of an element unwinds.
            // SAFETY: the remaining elements are initialised, and not used again.
            unsafe { (&raw mut *self.as_mut_slice()).drop_in_place() };
        }
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for IntoIter<T, A> {
    fn clone(&self) -> Self {
        Vec::from_slice_in(self.as_slice(), self.allocator().clone()).into_iter()
    }
}

impl<T, A: Allocator + Default> Default for IntoIter<T, A> {
    /// Creates an iterator without elements.
    fn default() -> Self {
        Vec::new_in(A::default()).into_iter()
    }
}

impl<T, A: Allocator> AsRef<[T]> for IntoIter<T, A> {
    #[inline]
    fn as_ref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.as_slice()).finish()
    }
}

impl<T, A: Allocator> IntoIterator for Vec<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter::new(self)
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a Vec<T, A> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a mut Vec<T, A> {
    type Item = &'a mut T;
    type IntoIter = slice::IterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::IterMut<'a, T> {
        self.iter_mut()
    }
}
