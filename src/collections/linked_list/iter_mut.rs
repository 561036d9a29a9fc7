//! The iterator that borrows all elements mutably.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::LinkedList;
use super::chain::{Link, Node};
use super::iter::{Elements, Iter};
use crate::api::Allocator;

/// An iterator over the elements of a list, in order, with mutable references: see [`LinkedList::iter_mut`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::linked_list::{IterMut, LinkedList};
///
/// let mut numbers = LinkedList::from([1, 2]);
/// let mut iter: IterMut<'_, i32> = numbers.iter_mut();
/// *iter.next_back().unwrap() = 7;
/// assert_eq!(numbers.back(), Some(&7));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IterMut<'a, T> {
    /// The first remaining node.
    ///
    /// Invariant: if `len` is not 0, `head` and `tail` are the first and the last of `len` consecutive nodes of a list
    /// that is borrowed exclusively for `'a`. Their elements have not been returned yet.
    head: Option<Link<T>>,
    /// The last remaining node.
    tail: Option<Link<T>>,
    /// The number of remaining elements.
    len: usize,
    list: PhantomData<&'a mut Node<T>>,
}

// SAFETY: it gives access to the elements as a mutable reference does.
unsafe impl<T: Send> Send for IterMut<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for IterMut<'_, T> {}

impl<T, A: Allocator> LinkedList<T, A> {
    /// Returns an iterator over mutable references to the elements, in order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::LinkedList;
    ///
    /// let mut numbers = LinkedList::from([1, 2]);
    /// numbers.iter_mut().for_each(|number| *number *= 10);
    /// assert!(numbers.into_iter().eq([10, 20]));
    /// ```
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        IterMut { head: self.chain.head, tail: self.chain.tail, len: self.chain.len, list: PhantomData }
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a mut LinkedList<T, A> {
    type Item = &'a mut T;
    type IntoIter = IterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> IterMut<'a, T> {
        self.iter_mut()
    }
}

impl<'a, T> Iterator for IterMut<'a, T> {
    type Item = &'a mut T;

    #[inline]
    fn next(&mut self) -> Option<&'a mut T> {
        if self.len == 0 {
            return None;
        }
        let node = self.head?;
        self.len -= 1;
        // SAFETY: `len` was not 0, so by the invariant this is a node of the list, which is borrowed for `'a`.
        self.head = unsafe { (*node.as_ptr()).next };
        // SAFETY: as above. By the invariant the element has not been returned yet.
        Some(unsafe { &mut (*node.as_ptr()).element })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }

    #[inline]
    fn last(mut self) -> Option<&'a mut T> {
        self.next_back()
    }
}

impl<'a, T> DoubleEndedIterator for IterMut<'a, T> {
    #[inline]
    fn next_back(&mut self) -> Option<&'a mut T> {
        if self.len == 0 {
            return None;
        }
        let node = self.tail?;
        self.len -= 1;
        // SAFETY: `len` was not 0, so by the invariant this is a node of the list, which is borrowed for `'a`.
        self.tail = unsafe { (*node.as_ptr()).previous };
        // SAFETY: as above. By the invariant the element has not been returned yet.
        Some(unsafe { &mut (*node.as_ptr()).element })
    }
}

impl<T> ExactSizeIterator for IterMut<'_, T> {}

impl<T> FusedIterator for IterMut<'_, T> {}

/// Creates an iterator without elements.
impl<T> Default for IterMut<'_, T> {
    #[inline]
    fn default() -> Self {
        Self { head: None, tail: None, len: 0, list: PhantomData }
    }
}

impl<T> IterMut<'_, T> {
    /// Returns an iterator that shares the remaining elements.
    fn as_iter(&self) -> Iter<'_, T> {
        Iter { head: self.head, tail: self.tail, len: self.len, list: PhantomData }
    }
}

impl<T: fmt::Debug> fmt::Debug for IterMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IterMut").field(&Elements(self.as_iter())).field(&self.len).finish()
    }
}
