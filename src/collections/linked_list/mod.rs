//! [`LinkedList`], a doubly linked list in an allocator, and the types that its methods return.
//!
//! ```
//! use janus_alloc::{Arena, collections::linked_list::{Iter, LinkedList}};
//!
//! let arena = Arena::new();
//! let mut faces = LinkedList::new_in(&arena);
//! faces.extend(["past", "future"]);
//! let mut iter: Iter<'_, &str> = faces.iter();
//! assert_eq!(iter.next_back(), Some(&"future"));
//! ```

mod append;
mod chain;
mod ends;
mod extract_if;
mod in_allocator;
mod into_iter;
mod iter;
mod iter_mut;
mod shared_traits;

use core::fmt;

use chain::Chain;

use super::error::{OnFailure, Panic, Return, TryReserveError, into_ok};
use crate::api::{Allocator, Global};

pub use extract_if::ExtractIf;
pub use into_iter::IntoIter;
pub use iter::Iter;
pub use iter_mut::IterMut;

/// A doubly linked list in an allocator: std's [`LinkedList`](std::collections::LinkedList) for every [`Allocator`].
///
/// Its methods, panics, drop order, auto traits and variance are those of std in Rust 1.95. In addition:
///
/// * `new_in` takes an allocator; [`allocator`](Self::allocator) returns a reference to it.
/// * Each method that may allocate has a `try_` twin. It returns a [`TryReserveError`] where the method would abort the
///   process.
/// * Lists with different allocators can be compared.
///
/// # Cost
///
/// Each element is in a block of its own, together with two pointers. Operations that need no search take constant
/// time, and insertions and removals move no other element. A [`Vec`](super::Vec) or a [`VecDeque`](super::VecDeque) is
/// faster for nearly everything, as the docs of std explain.
///
/// # Differences from std
///
/// * Each node is freed by the allocator that it comes from. So [`append`](Self::append) relinks nodes only if the lists
///   are on the registered default or on [`System`](crate::System). With other allocators it moves each element to a new
///   node. [`append_nodes`](Self::append_nodes) always relinks nodes, if the caller knows that both allocators are the
///   same.
/// * [`split_off`](Self::split_off) moves nodes to a list with a clone of the allocator, so it requires
///   [`AllocatorClone`](crate::api::AllocatorClone).
/// * The elements must outlive the list. std's list of references may be dropped after their referents, by means of
///   `may_dangle`, which is not stable.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::LinkedList};
///
/// let arena = Arena::new();
/// let mut faces = LinkedList::new_in(&arena);
/// faces.push_back("future");
/// faces.push_front("past");
/// assert!(faces.iter().eq(&["past", "future"]));
/// assert_eq!(faces.pop_back(), Some("future"));
/// ```
pub struct LinkedList<T, A: Allocator = Global> {
    /// Invariant: `allocator` may free all its nodes.
    chain: Chain<T>,
    allocator: A,
}

impl<T> LinkedList<T> {
    /// Creates an empty list on the registered default, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// static EMPTY: janus_alloc::collections::LinkedList<u64> = janus_alloc::collections::LinkedList::new();
    /// assert!(EMPTY.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }
}

impl<T, A: Allocator> LinkedList<T, A> {
    /// Creates an empty list in `allocator`, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::LinkedList};
    ///
    /// let numbers: LinkedList<u64, System> = const { LinkedList::new_in(System) };
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { chain: Chain::new(), allocator }
    }

    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::LinkedList};
    ///
    /// let mut numbers = LinkedList::new_in(Stats::new(System));
    /// numbers.push_back(7);
    /// assert_eq!(numbers.allocator().snapshot().allocations, 1);
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        &self.allocator
    }

    /// Returns the number of elements, in constant time.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::LinkedList::from([1, 2, 3]).len(), 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.chain.len
    }

    /// Returns whether the list is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::LinkedList::<u8>::new().is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chain.head.is_none()
    }

    /// Removes and drops all elements.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1, 2]);
    /// numbers.clear();
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        // SAFETY: by the invariant of `LinkedList`.
        unsafe { self.chain.take().drop_all(&self.allocator) };
    }

    /// Drops the elements from index `len` on. Unlike `split_off`, it needs no clone of the allocator.
    fn truncate(&mut self, len: usize) {
        if len < self.len() {
            // SAFETY: by the invariant of `LinkedList`.
            unsafe { self.chain.split_off(len).drop_all(&self.allocator) };
        }
    }

    /// Returns whether an element equals `value`, in linear time.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::LinkedList::from([1, 2]).contains(&2));
    /// ```
    #[must_use]
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        self.iter().any(|element| element == value)
    }
}

impl<T, A: Allocator> Drop for LinkedList<T, A> {
    /// If the drop of an element panics, the others are still dropped.
    #[inline]
    fn drop(&mut self) {
        self.clear();
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for LinkedList<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
