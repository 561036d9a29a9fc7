//! Iterating over mutable references to the elements of a deque.

use core::fmt;
use core::iter::FusedIterator;
use core::mem;
use core::slice;

use super::VecDeque;
use crate::api::Allocator;

/// The iterator over mutable references to the elements of a [`VecDeque`]: see [`VecDeque::iter_mut`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{VecDeque, vec_deque::IterMut};
///
/// let mut numbers = VecDeque::from([1, 2, 3]);
/// let mut iter: IterMut<'_, i32> = numbers.iter_mut();
/// *iter.next_back().unwrap() = 7;
/// assert_eq!(numbers, [1, 2, 7]);
/// ```
pub struct IterMut<'d, T> {
    /// Either part may be empty while the other is not.
    front: slice::IterMut<'d, T>,
    back: slice::IterMut<'d, T>,
}

impl<'d, T> IterMut<'d, T> {
    #[inline]
    pub(super) fn new(front: slice::IterMut<'d, T>, back: slice::IterMut<'d, T>) -> Self {
        Self { front, back }
    }
}

impl<T> Default for IterMut<'_, T> {
    /// Creates an iterator without elements.
    fn default() -> Self {
        Self { front: [].iter_mut(), back: [].iter_mut() }
    }
}

impl<'d, T> Iterator for IterMut<'d, T> {
    type Item = &'d mut T;

    #[inline]
    fn next(&mut self) -> Option<&'d mut T> {
        match self.front.next() {
            Some(element) => Some(element),
            None => {
                // The swap lets later calls succeed in the first arm. `front` is empty, so no element is lost.
                mem::swap(&mut self.front, &mut self.back);
                self.front.next()
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.front.len() + self.back.len();
        (left, Some(left))
    }

    #[inline]
    fn count(self) -> usize {
        self.len()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<&'d mut T> {
        let front = self.front.len();
        if n < front {
            return self.front.nth(n);
        }
        self.front = mem::take(&mut self.back);
        self.front.nth(n - front)
    }

    #[inline]
    fn last(mut self) -> Option<&'d mut T> {
        self.next_back()
    }

    #[inline]
    fn fold<B, F: FnMut(B, &'d mut T) -> B>(self, init: B, mut f: F) -> B {
        let result = self.front.fold(init, &mut f);
        self.back.fold(result, f)
    }
}

impl<'d, T> DoubleEndedIterator for IterMut<'d, T> {
    #[inline]
    fn next_back(&mut self) -> Option<&'d mut T> {
        match self.back.next_back() {
            Some(element) => Some(element),
            None => {
                mem::swap(&mut self.front, &mut self.back);
                self.back.next_back()
            }
        }
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<&'d mut T> {
        let back = self.back.len();
        if n < back {
            return self.back.nth_back(n);
        }
        self.back = mem::take(&mut self.front);
        self.back.nth_back(n - back)
    }

    #[inline]
    fn rfold<B, F: FnMut(B, &'d mut T) -> B>(self, init: B, mut f: F) -> B {
        let result = self.back.rfold(init, &mut f);
        self.front.rfold(result, f)
    }
}

impl<T> ExactSizeIterator for IterMut<'_, T> {}
impl<T> FusedIterator for IterMut<'_, T> {}

impl<T: fmt::Debug> fmt::Debug for IterMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IterMut").field(&self.front.as_slice()).field(&self.back.as_slice()).finish()
    }
}

impl<'d, T, A: Allocator> IntoIterator for &'d mut VecDeque<T, A> {
    type Item = &'d mut T;
    type IntoIter = IterMut<'d, T>;

    #[inline]
    fn into_iter(self) -> IterMut<'d, T> {
        self.iter_mut()
    }
}
