//! Elements searched for.

use core::cmp::Ordering;

use super::VecDeque;
use crate::api::Allocator;

impl<T, A: Allocator> VecDeque<T, A> {
    /// Whether an element equals `value`.
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

    /// The index of an element that equals `value`, if the elements are in order: see [`slice::binary_search`].
    ///
    /// # Errors
    ///
    /// If there is none: the index at which `value` can be inserted and the elements stay in order.
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

    /// The index of an element for which `compare` returns [`Ordering::Equal`]. Those for which it returns `Less` come before,
    /// those for which it returns `Greater` behind.
    ///
    /// # Errors
    ///
    /// If there is none: the index at which one can be inserted and the elements stay in order.
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

    /// The index of an element whose `key` equals `value`, if the elements are in the order of their keys.
    ///
    /// # Errors
    ///
    /// If there is none: the index at which one can be inserted and the elements stay in order.
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

    /// The index of the first element for which `predicate` is false. Those for which it is true come before all others.
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
