//! The iterator that borrows all elements.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::LinkedList;
use super::chain::{Link, Node};
use crate::api::Allocator;

/// An iterator over the elements of a list, in order: see [`LinkedList::iter`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::linked_list::{Iter, LinkedList};
///
/// let numbers = LinkedList::from([1, 2]);
/// let mut iter: Iter<'_, i32> = numbers.iter();
/// assert_eq!(iter.next_back(), Some(&2));
/// assert_eq!(iter.len(), 1);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, T> {
    /// The first remaining node.
    ///
    /// Invariant: if `len` is not 0, `head` and `tail` are the first and the last of `len` consecutive nodes of a list
    /// that is borrowed for `'a`.
    pub(super) head: Option<Link<T>>,
    /// The last remaining node.
    pub(super) tail: Option<Link<T>>,
    /// The number of remaining elements.
    pub(super) len: usize,
    pub(super) list: PhantomData<&'a Node<T>>,
}

// SAFETY: it gives access to the elements as a shared reference does.
unsafe impl<T: Sync> Send for Iter<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Iter<'_, T> {}

impl<T, A: Allocator> LinkedList<T, A> {
    /// Returns an iterator over the elements, in order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::LinkedList;
    ///
    /// assert_eq!(LinkedList::from([1, 2]).iter().sum::<i32>(), 3);
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { head: self.chain.head, tail: self.chain.tail, len: self.chain.len, list: PhantomData }
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a LinkedList<T, A> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        if self.len == 0 {
            return None;
        }
        let node = self.head?;
        self.len -= 1;
        // SAFETY: `len` was not 0, so by the invariant this is a node of the list, which is borrowed for `'a`.
        self.head = unsafe { (*node.as_ptr()).next };
        // SAFETY: as above.
        Some(unsafe { &(*node.as_ptr()).element })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }

    #[inline]
    fn last(mut self) -> Option<&'a T> {
        self.next_back()
    }
}

impl<'a, T> DoubleEndedIterator for Iter<'a, T> {
    #[inline]
    fn next_back(&mut self) -> Option<&'a T> {
        if self.len == 0 {
            return None;
        }
        let node = self.tail?;
        self.len -= 1;
        // SAFETY: `len` was not 0, so by the invariant this is a node of the list, which is borrowed for `'a`.
        self.tail = unsafe { (*node.as_ptr()).previous };
        // SAFETY: as above.
        Some(unsafe { &(*node.as_ptr()).element })
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<T> FusedIterator for Iter<'_, T> {}

impl<T> Clone for Iter<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

/// Creates an iterator without elements.
impl<T> Default for Iter<'_, T> {
    #[inline]
    fn default() -> Self {
        Self { head: None, tail: None, len: 0, list: PhantomData }
    }
}

/// Formats the elements of an iterator as a list, for `Debug`.
pub(super) struct Elements<'a, T>(pub(super) Iter<'a, T>);

impl<T: fmt::Debug> fmt::Debug for Elements<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.clone()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&Elements(self.clone())).field(&self.len).finish()
    }
}
