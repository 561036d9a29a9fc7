//! All elements, borrowed to be changed.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::LinkedList;
use super::chain::{Link, Node};
use super::iter::{Elements, Iter};
use crate::api::Allocator;

/// The elements of a list in their order, to be changed: see [`LinkedList::iter_mut`].
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
    /// The first of the nodes that are left, if there are any.
    head: Option<Link<T>>,
    /// The last of them, if there are any.
    tail: Option<Link<T>>,
    /// The number of elements left.
    len: usize,
    list: PhantomData<&'a mut Node<T>>,
}

// SAFETY: it is a borrow of elements.
unsafe impl<T: Send> Send for IterMut<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for IterMut<'_, T> {}

impl<T, A: Allocator> LinkedList<T, A> {
    /// The elements, in their order, to be changed.
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
        // SAFETY: a node of the list, which is borrowed for `'a`.
        self.head = unsafe { (*node.as_ptr()).next };
        // SAFETY: as above; each element is lent once, since at most `len` are.
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
        // SAFETY: a node of the list, which is borrowed for `'a`.
        self.tail = unsafe { (*node.as_ptr()).previous };
        // SAFETY: as above; each element is lent once, since at most `len` are.
        Some(unsafe { &mut (*node.as_ptr()).element })
    }
}

impl<T> ExactSizeIterator for IterMut<'_, T> {}

impl<T> FusedIterator for IterMut<'_, T> {}

/// Yields nothing.
impl<T> Default for IterMut<'_, T> {
    #[inline]
    fn default() -> Self {
        Self { head: None, tail: None, len: 0, list: PhantomData }
    }
}

impl<T> IterMut<'_, T> {
    /// The same elements, to look at.
    fn as_iter(&self) -> Iter<'_, T> {
        Iter { head: self.head, tail: self.tail, len: self.len, list: PhantomData }
    }
}

impl<T: fmt::Debug> fmt::Debug for IterMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IterMut").field(&Elements(self.as_iter())).field(&self.len).finish()
    }
}
