//! The iterator that takes out all elements.

use core::fmt;
use core::iter::FusedIterator;

use super::LinkedList;
use crate::api::{Allocator, Global};

/// An iterator that takes the elements out of a list, in order: `into_iter` of [`LinkedList`] returns it.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::linked_list::{IntoIter, LinkedList};
///
/// let mut iter: IntoIter<i32> = LinkedList::from([1, 2]).into_iter();
/// assert_eq!(iter.next_back(), Some(2));
/// assert_eq!(iter.len(), 1);
/// ```
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<T, A: Allocator = Global> {
    list: LinkedList<T, A>,
}

impl<T, A: Allocator> IntoIter<T, A> {
    /// Returns a reference to the allocator of the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::LinkedList};
    ///
    /// let iter = LinkedList::<u8, _>::new_in(Stats::new(System)).into_iter();
    /// assert_eq!(iter.allocator().snapshot().allocations, 0);
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.list.allocator()
    }
}

impl<T, A: Allocator> IntoIterator for LinkedList<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { list: self }
    }
}

impl<T, A: Allocator> Iterator for IntoIter<T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.list.pop_front()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.list.len(), Some(self.list.len()))
    }
}

impl<T, A: Allocator> DoubleEndedIterator for IntoIter<T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.list.pop_back()
    }
}

impl<T, A: Allocator> ExactSizeIterator for IntoIter<T, A> {}

impl<T, A: Allocator> FusedIterator for IntoIter<T, A> {}

/// Creates an iterator without elements.
impl<T, A: Allocator + Default> Default for IntoIter<T, A> {
    fn default() -> Self {
        LinkedList::default().into_iter()
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.list).finish()
    }
}
