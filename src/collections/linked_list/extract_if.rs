//! Those elements of a list that a predicate chooses, on their way out.

use core::fmt;

use super::LinkedList;
use super::chain::{self, Link};
use crate::api::{Allocator, Global};

/// The iterator that takes chosen elements out of a [`LinkedList`]: see [`LinkedList::extract_if`].
///
/// When it is dropped, the elements that were not looked at stay.
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
    /// The node to be looked at next: one of the list, or `None` at the end.
    next: Option<Link<T>>,
    /// The nodes from there on.
    left: usize,
    choose: F,
}

// SAFETY: the node is used as the borrow of the list is.
unsafe impl<T: Send, F: Send, A: Allocator + Send> Send for ExtractIf<'_, T, F, A> {}
// SAFETY: as above; a shared borrow gives access to nothing but the list.
unsafe impl<T: Sync, F: Sync, A: Allocator + Sync> Sync for ExtractIf<'_, T, F, A> {}

impl<T, A: Allocator> LinkedList<T, A> {
    /// Takes those elements out for which `choose` is true, one by one. It sees each once, in order, and may change it.
    ///
    /// An element for which `choose` panics stays.
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
        ExtractIf { next: self.chain.head, left: self.len(), list: self, choose }
    }
}

impl<T, F: FnMut(&mut T) -> bool, A: Allocator> Iterator for ExtractIf<'_, T, F, A> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while let Some(node) = self.next {
            // SAFETY: a node of the list, which is borrowed.
            self.next = unsafe { (*node.as_ptr()).next };
            self.left -= 1;
            // SAFETY: as above; nobody else has the element.
            if (self.choose)(unsafe { &mut (*node.as_ptr()).element }) {
                // SAFETY: a node of the list, which `next` has passed.
                unsafe { self.list.chain.unlink(node) };
                // SAFETY: a node of the allocator that is no longer in the list.
                return Some(unsafe { chain::take(node, &self.list.allocator) });
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl<T: fmt::Debug, F, A: Allocator> fmt::Debug for ExtractIf<'_, T, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExtractIf").field(&self.list).finish()
    }
}
