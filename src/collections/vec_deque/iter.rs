//! Iterating over references to the elements of a deque.

use core::fmt;
use core::iter::FusedIterator;
use core::mem;
use core::slice;

use super::VecDeque;
use crate::api::Allocator;

/// The iterator over references to the elements of a [`VecDeque`]: see [`VecDeque::iter`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{VecDeque, vec_deque::Iter};
///
/// let numbers = VecDeque::from([1, 2, 3]);
/// let mut iter: Iter<'_, i32> = numbers.iter();
/// assert_eq!((iter.next(), iter.next_back(), iter.len()), (Some(&1), Some(&3), 1));
/// ```
pub struct Iter<'d, T> {
    /// Either part may be empty while the other is not.
    front: slice::Iter<'d, T>,
    back: slice::Iter<'d, T>,
}

impl<'d, T> Iter<'d, T> {
    #[inline]
    pub(super) fn new(front: slice::Iter<'d, T>, back: slice::Iter<'d, T>) -> Self {
        Self { front, back }
    }
}

impl<T> Clone for Iter<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { front: self.front.clone(), back: self.back.clone() }
    }
}

impl<T> Default for Iter<'_, T> {
    /// Creates an iterator without elements.
    fn default() -> Self {
        Self { front: [].iter(), back: [].iter() }
    }
}

impl<'d, T> Iterator for Iter<'d, T> {
    type Item = &'d T;

    #[inline]
    fn next(&mut self) -> Option<&'d T> {
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
    fn nth(&mut self, n: usize) -> Option<&'d T> {
        let front = self.front.len();
        if n < front {
            return self.front.nth(n);
        }
        self.front = mem::take(&mut self.back);
        self.front.nth(n - front)
    }

    #[inline]
    fn last(mut self) -> Option<&'d T> {
        self.next_back()
    }

    #[inline]
    fn fold<B, F: FnMut(B, &'d T) -> B>(self, init: B, mut f: F) -> B {
        let result = self.front.fold(init, &mut f);
        self.back.fold(result, f)
    }
}

impl<'d, T> DoubleEndedIterator for Iter<'d, T> {
    #[inline]
    fn next_back(&mut self) -> Option<&'d T> {
        match self.back.next_back() {
            Some(element) => Some(element),
            None => {
                mem::swap(&mut self.front, &mut self.back);
                self.back.next_back()
            }
        }
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<&'d T> {
        let back = self.back.len();
        if n < back {
            return self.back.nth_back(n);
        }
        self.back = mem::take(&mut self.front);
        self.back.nth_back(n - back)
    }

    #[inline]
    fn rfold<B, F: FnMut(B, &'d T) -> B>(self, init: B, mut f: F) -> B {
        let result = self.back.rfold(init, &mut f);
        self.front.rfold(result, f)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}
impl<T> FusedIterator for Iter<'_, T> {}

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.front.as_slice()).field(&self.back.as_slice()).finish()
    }
}

impl<'d, T, A: Allocator> IntoIterator for &'d VecDeque<T, A> {
    type Item = &'d T;
    type IntoIter = Iter<'d, T>;

    #[inline]
    fn into_iter(self) -> Iter<'d, T> {
        self.iter()
    }
}
