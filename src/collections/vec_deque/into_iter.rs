//! A deque taken apart, element by element.

use core::fmt;
use core::iter::FusedIterator;

use super::{VecDeque, ring::Parts};
use crate::api::{Allocator, Global};

/// The iterator that takes the elements out of a [`VecDeque`]. Those left are dropped with it.
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
    left: VecDeque<T, A>,
}

impl<T, A: Allocator> IntoIter<T, A> {
    /// The allocator.
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
        self.left.allocator()
    }

    /// All that are left.
    #[inline]
    pub(super) fn parts(&self) -> Parts<T> {
        self.left.parts(0, self.left.length)
    }

    /// Counts all as taken out.
    #[inline]
    pub(super) fn forget_rest(&mut self) {
        self.left.length = 0;
    }
}

/// A deque while elements are read from its start in a loop, which counts in a register. When this is dropped, the deque has only
/// the others.
struct FromStart<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    count: usize,
}

impl<T, A: Allocator> Drop for FromStart<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.deque.head = self.deque.place(self.count);
        self.deque.length -= self.count;
    }
}

/// Like [`FromStart`], from the end.
struct FromEnd<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    count: usize,
}

impl<T, A: Allocator> Drop for FromEnd<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.deque.length -= self.count;
    }
}

impl<T, A: Allocator> Iterator for IntoIter<T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.left.pop_front()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.len(), Some(self.left.len()))
    }

    #[inline]
    fn count(self) -> usize {
        self.left.len()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<T> {
        let skipped = n.min(self.left.len());
        self.left.drain(..skipped);
        self.left.pop_front()
    }

    #[inline]
    fn last(mut self) -> Option<T> {
        self.left.pop_back()
    }

    fn fold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let (front, back) = self.parts();
        let mut taken = FromStart { deque: &mut self.left, count: 0 };
        let mut result = init;
        for part in [front, back] {
            for index in 0..part.len() {
                // SAFETY: an element of the part.
                let element = unsafe { part.cast::<T>().add(index) };
                taken.count += 1;
                // SAFETY: initialised, and counted as taken out, so that it is moved out once.
                result = f(result, unsafe { element.read() });
            }
        }
        result
    }
}

impl<T, A: Allocator> DoubleEndedIterator for IntoIter<T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.left.pop_back()
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<T> {
        self.left.truncate(self.left.len().saturating_sub(n));
        self.left.pop_back()
    }

    fn rfold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let (front, back) = self.parts();
        let mut taken = FromEnd { deque: &mut self.left, count: 0 };
        let mut result = init;
        for part in [back, front] {
            for index in (0..part.len()).rev() {
                // SAFETY: an element of the part.
                let element = unsafe { part.cast::<T>().add(index) };
                taken.count += 1;
                // SAFETY: initialised, and counted as taken out, so that it is moved out once.
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
        f.debug_tuple("IntoIter").field(&self.left).finish()
    }
}

impl<T, A: Allocator> IntoIterator for VecDeque<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { left: self }
    }
}
