//! Iterating over a deque by value.

use core::fmt;
use core::iter::FusedIterator;

use super::{VecDeque, ring::Parts};
use crate::api::{Allocator, Global};

/// The iterator that moves the elements out of a [`VecDeque`]. Dropping it drops the remaining ones.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{VecDeque, vec_deque::IntoIter};
///
/// let mut numbers: IntoIter<i32> = VecDeque::from([1, 2, 3]).into_iter();
/// assert_eq!((numbers.next(), numbers.next_back(), numbers.len()), (Some(1), Some(3), 1));
/// ```
#[derive(Clone)]
pub struct IntoIter<T, A: Allocator = Global> {
    remaining: VecDeque<T, A>,
}

impl<T, A: Allocator> IntoIter<T, A> {
    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::VecDeque};
    ///
    /// let numbers = VecDeque::from_iter_in([1_u8, 2], Stats::new(System)).into_iter();
    /// assert_eq!(numbers.allocator().snapshot().live_bytes, 2);
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.remaining.allocator()
    }

    /// Returns the remaining elements.
    #[inline]
    pub(super) fn parts(&self) -> Parts<T> {
        // SAFETY: the length is at most the capacity.
        unsafe { self.remaining.parts(0, self.remaining.length) }
    }

    /// Forgets the remaining elements, which have been moved out.
    #[inline]
    pub(super) fn forget_rest(&mut self) {
        self.remaining.length = 0;
    }
}

/// Removes the first `count` elements from a deque on drop, so that a loop that moves them out can count in a register.
struct FrontGuard<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    count: usize,
}

impl<T, A: Allocator> Drop for FrontGuard<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.deque.head = self.deque.place(self.count);
        self.deque.length -= self.count;
    }
}

/// Removes the last `count` elements from a deque on drop, like [`FrontGuard`].
struct BackGuard<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    count: usize,
}

impl<T, A: Allocator> Drop for BackGuard<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.deque.length -= self.count;
    }
}

impl<T, A: Allocator> Iterator for IntoIter<T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.remaining.pop_front()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining.len(), Some(self.remaining.len()))
    }

    #[inline]
    fn count(self) -> usize {
        self.remaining.len()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<T> {
        let skipped = n.min(self.remaining.len());
        self.remaining.drain(..skipped);
        self.remaining.pop_front()
    }

    #[inline]
    fn last(mut self) -> Option<T> {
        self.remaining.pop_back()
    }

    fn fold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let (front, back) = self.parts();
        let mut guard = FrontGuard { deque: &mut self.remaining, count: 0 };
        let mut result = init;
        for part in [front, back] {
            for index in 0..part.len() {
                // SAFETY: `index` is less than the length of the part.
                let element = unsafe { part.cast::<T>().add(index) };
                guard.count += 1;
                // SAFETY: by invariant 3 of `VecDeque` it is initialised. The guard counts it as removed, so it is
                // moved out once.
                result = f(result, unsafe { element.read() });
            }
        }
        result
    }
}

impl<T, A: Allocator> DoubleEndedIterator for IntoIter<T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.remaining.pop_back()
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<T> {
        self.remaining.truncate(self.remaining.len().saturating_sub(n));
        self.remaining.pop_back()
    }

    fn rfold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let (front, back) = self.parts();
        let mut guard = BackGuard { deque: &mut self.remaining, count: 0 };
        let mut result = init;
        for part in [back, front] {
            for index in (0..part.len()).rev() {
                // SAFETY: `index` is less than the length of the part.
                let element = unsafe { part.cast::<T>().add(index) };
                guard.count += 1;
                // SAFETY: by invariant 3 of `VecDeque` it is initialised. The guard counts it as removed, so it is
                // moved out once.
                result = f(result, unsafe { element.read() });
            }
        }
        result
    }
}

impl<T, A: Allocator> ExactSizeIterator for IntoIter<T, A> {}
impl<T, A: Allocator> FusedIterator for IntoIter<T, A> {}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.remaining).finish()
    }
}

impl<T, A: Allocator> IntoIterator for VecDeque<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { remaining: self }
    }
}
