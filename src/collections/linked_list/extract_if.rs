//! Removal of elements by a predicate.

use core::fmt;

use super::LinkedList;
use super::chain::{self, Link};
use crate::api::{Allocator, Global};

/// An iterator that removes the elements of a [`LinkedList`] chosen by a predicate: see [`LinkedList::extract_if`].
///
/// Elements not visited before it is dropped stay in the list.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::LinkedList;
///
/// let mut numbers = LinkedList::from([1, 2, 3, 4]);
/// let mut even = numbers.extract_if(|n| *n % 2 == 0);
/// assert_eq!(even.next(), Some(2));
/// drop(even);
/// assert!(numbers.into_iter().eq([1, 3, 4]));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ExtractIf<'a, T, F, A: Allocator = Global> {
    list: &'a mut LinkedList<T, A>,
    /// The next node to visit, which is in the list, or `None` at the end.
    next: Option<Link<T>>,
    /// The number of nodes from `next` on.
    remaining: usize,
    choose: F,
}

// SAFETY: the link gives access to the elements, as the borrow of the list does.
unsafe impl<T: Send, F: Send, A: Allocator + Send> Send for ExtractIf<'_, T, F, A> {}
// SAFETY: as above. A shared reference gives access only to the list.
unsafe impl<T: Sync, F: Sync, A: Allocator + Sync> Sync for ExtractIf<'_, T, F, A> {}

impl<T, A: Allocator> LinkedList<T, A> {
    /// Returns an iterator that removes the elements for which `choose` returns `true`.
    ///
    /// `choose` visits each element once, in order, and may change it. An element for which it panics stays in the
    /// list.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1, 2, 3, 4]);
    /// assert!(numbers.extract_if(|n| *n % 2 == 0).eq([2, 4]));
    /// assert!(numbers.into_iter().eq([1, 3]));
    /// ```
    #[inline]
    pub fn extract_if<F>(&mut self, choose: F) -> ExtractIf<'_, T, F, A>
    where
        F: FnMut(&mut T) -> bool,
    {
        ExtractIf { next: self.chain.head, remaining: self.len(), list: self, choose }
    }
}

impl<T, F: FnMut(&mut T) -> bool, A: Allocator> Iterator for ExtractIf<'_, T, F, A> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while let Some(node) = self.next {
            // SAFETY: it is a node of the list, which is borrowed.
            self.next = unsafe { (*node.as_ptr()).next };
            self.remaining -= 1;
            // SAFETY: as above. The list is borrowed exclusively.
            if (self.choose)(unsafe { &mut (*node.as_ptr()).element }) {
                // SAFETY: it is a node of the list. `next` is already behind it.
                unsafe { self.list.chain.unlink(node) };
                // SAFETY: by the invariant of `LinkedList`. The node is unlinked.
                return Some(unsafe { chain::take_element(node, &self.list.allocator) });
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.remaining))
    }
}

impl<T: fmt::Debug, F, A: Allocator> fmt::Debug for ExtractIf<'_, T, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExtractIf").field(&self.list).finish()
    }
}
