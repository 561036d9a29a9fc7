//! [`LinkedList`], a doubly linked list in an allocator, and what its methods return.
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
/// Methods, panics, drop order, auto traits and variance are those of std's in Rust 1.95. In addition:
///
/// * `new_in` takes the allocator; [`allocator`](Self::allocator) lends it.
/// * Each method that may allocate has a `try_` twin, which returns a [`TryReserveError`] where the method would end the process.
/// * Two lists can be compared whatever their allocators.
///
/// # Cost
///
/// Each element is in a block of its own, beside two pointers. What needs no search takes constant time, and an element stays
/// where it is. A [`Vec`](super::Vec) or a [`VecDeque`](super::VecDeque) is faster for nearly everything: see what std's docs
/// say.
///
/// # What differs from std's
///
/// * A node is freed by the allocator it comes from. So [`append`](Self::append) only links nodes over if the lists are on the
///   registered default or on [`System`](crate::System); otherwise each element moves to a new node.
///   [`append_nodes`](Self::append_nodes) links if the caller knows that both allocators are the same one.
/// * [`split_off`](Self::split_off) moves nodes to a list with a clone of the allocator, so it asks for an
///   [`AllocatorClone`](crate::api::AllocatorClone).
/// * The elements must outlive the list: stable Rust has no `may_dangle`, with which a list of references may be dropped after
///   what they refer to.
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
    /// Its nodes come from `allocator`.
    chain: Chain<T>,
    allocator: A,
}

impl<T> LinkedList<T> {
    /// An empty list on the registered default. It does not allocate.
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
    /// An empty list in `allocator`. It does not allocate.
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

    /// The allocator.
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

    /// The number of elements, in constant time.
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

    /// Whether there are no elements.
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

    /// Drops all elements.
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
        // SAFETY: the nodes come from the allocator.
        unsafe { self.chain.take().drop_all(&self.allocator) };
    }

    /// Drops the elements from `len` on, without the need of a clone of the allocator.
    fn truncate(&mut self, len: usize) {
        if len < self.len() {
            // SAFETY: the nodes come from the allocator.
            unsafe { self.chain.split_off(len).drop_all(&self.allocator) };
        }
    }

    /// Whether an element equals `value`. Takes linear time.
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
    /// If the drop of an element panics, the others are dropped nevertheless.
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
