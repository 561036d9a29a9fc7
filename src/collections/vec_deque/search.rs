//! Searching.

use core::cmp::Ordering;

use super::VecDeque;
use crate::api::Allocator;

impl<T, A: Allocator> VecDeque<T, A> {
    /// Returns whether an element equals `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::VecDeque::from([1, 2]).contains(&2));
    /// ```
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        let (front, back) = self.as_slices();
        front.contains(value) || back.contains(value)
    }

    /// Searches for `value` in a deque that is sorted, and returns the index of an element that equals it. See
    /// [`slice::binary_search`].
    ///
    /// # Errors
    ///
    /// If no element equals `value`, the error is the index at which it can be inserted so that the deque stays sorted.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::VecDeque::from([1, 3, 5]);
    /// assert_eq!((numbers.binary_search(&3), numbers.binary_search(&4)), (Ok(1), Err(2)));
    /// ```
    #[inline]
    pub fn binary_search(&self, value: &T) -> Result<usize, usize>
    where
        T: Ord,
    {
        self.binary_search_by(|element| element.cmp(value))
    }

    /// Searches with `compare`, and returns the index of an element for which it returns [`Ordering::Equal`]. Elements
    /// for which it returns `Less` must come before those, and elements for which it returns `Greater` after them.
    ///
    /// # Errors
    ///
    /// If there is no such element, the error is the index at which one can be inserted so that the deque stays sorted.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::VecDeque::from([1, 3, 5]);
    /// assert_eq!(numbers.binary_search_by(|n| n.cmp(&5)), Ok(2));
    /// ```
    pub fn binary_search_by<'a>(&'a self, mut compare: impl FnMut(&'a T) -> Ordering) -> Result<usize, usize> {
        let (front, back) = self.as_slices();
        match back.first().map(&mut compare) {
            Some(Ordering::Equal) => Ok(front.len()),
            Some(Ordering::Less) => match back.binary_search_by(compare) {
                Ok(index) => Ok(front.len() + index),
                Err(index) => Err(front.len() + index),
            },
            _ => front.binary_search_by(compare),
        }
    }

    /// Searches for `value` in a deque that is sorted by `key`, and returns the index of an element with that key.
    ///
    /// # Errors
    ///
    /// If there is no such element, the error is the index at which one can be inserted so that the deque stays sorted.
    ///
    /// # Examples
    ///
    /// ```
    /// let pairs = janus_alloc::collections::VecDeque::from([(1, 'a'), (3, 'b')]);
    /// assert_eq!(pairs.binary_search_by_key(&3, |pair| pair.0), Ok(1));
    /// ```
    #[inline]
    pub fn binary_search_by_key<'a, K: Ord>(
        &'a self,
        value: &K,
        mut key: impl FnMut(&'a T) -> K,
    ) -> Result<usize, usize> {
        self.binary_search_by(|element| key(element).cmp(value))
    }

    /// Returns the index of the first element for which `predicate` returns `false`. Elements for which it returns
    /// `true` must come before all others.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::VecDeque::from([1, 3, 5]);
    /// assert_eq!(numbers.partition_point(|&n| n < 4), 2);
    /// ```
    pub fn partition_point(&self, mut predicate: impl FnMut(&T) -> bool) -> usize {
        let (front, back) = self.as_slices();
        if back.first().is_some_and(&mut predicate) {
            front.len() + back.partition_point(predicate)
        } else {
            front.partition_point(predicate)
        }
    }
}
