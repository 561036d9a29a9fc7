//! An ordered map, and the types of its iterators and entries.

mod access;
mod change;
mod entry;
mod extract_if;
mod in_allocator;
mod into_iter;
mod iter;
mod keys;
mod range;
mod traits;

use core::mem::{self, ManuallyDrop};
use core::ptr;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use extract_if::ExtractIf;
pub(super) use extract_if::Extraction;
pub use into_iter::{IntoIter, IntoKeys, IntoValues};
pub use iter::{Iter, IterMut};
pub use keys::{Keys, Values, ValuesMut};
pub use range::{Range, RangeMut};

use super::tree::Tree;
use crate::api::{Allocator, Global};

/// An ordered map: std's [`BTreeMap`](std::collections::BTreeMap) with an allocator.
///
/// It is a B-tree, whose nodes hold 5 to 11 elements; the root may hold fewer. Each node is a block of its own, and an empty map has none.
/// Look-ups, insertions and removals take a time that grows with the logarithm of the length.
///
/// Methods and their behaviour are std's, but for these:
///
/// * Each method that may allocate has a `try_` twin that returns an error instead of a call of
///   [`handle_alloc_error`](crate::api::handle_alloc_error): [`try_insert`](Self::try_insert), those of an [`Entry`]
///   ([`try_or_insert`](Entry::try_or_insert) and its like), [`try_append`](Self::try_append),
///   [`try_split_off`](Self::try_split_off), [`try_extend`](Self::try_extend), [`try_clone`](Self::try_clone) and
///   [`try_from_iter_in`](Self::try_from_iter_in). What only removes, changes or finds never allocates. All nodes that an
///   insertion needs are allocated before anything is changed, so on failure the map is as it was. The key and the value that
///   were to be inserted are dropped.
/// * [`split_off`](Self::split_off) moves nodes to a map with a clone of the allocator, so it asks for an
///   [`AllocatorClone`](crate::api::AllocatorClone). Any other method leaves nodes where they are;
///   [`append`](Self::append) moves the elements.
/// * [`append`](Self::append) takes a time that grows with the length of `other` rather than with that of both, and
///   [`extend`](Self::extend) fills the nodes of an ascending input.
/// * What the elements borrow must outlive the map, since `may_dangle` is not stable.
///
/// A key must not change its place in the order while it is in the map. If it does, or if its `Ord` is no total order,
/// results are unspecified, and so are panics and endless loops in the caller's own code, but no behaviour is
/// undefined.
///
/// If the drop of an element panics while the map is dropped, the other elements are dropped nevertheless.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::BTreeMap};
///
/// let arena = Arena::new();
/// let mut faces = BTreeMap::new_in(&arena);
/// faces.insert("Janus", 2);
/// faces.insert("Hecate", 3);
/// *faces.entry("Svetovid").or_insert(0) += 4;
///
/// assert_eq!(faces["Janus"], 2);
/// assert_eq!(faces.first_key_value(), Some((&"Hecate", &3)));
/// assert_eq!(faces.range("I"..).map(|(name, _)| *name).collect::<Vec<_>>(), ["Janus", "Svetovid"]);
/// ```
pub struct BTreeMap<K, V, A: Allocator = Global> {
    pub(super) tree: Tree<K, V>,
    pub(super) allocator: A,
}

impl<K, V> BTreeMap<K, V> {
    /// An empty map in the registered default. Allocates nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// map.insert(1, "a");
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }
}

impl<K, V, A: Allocator> BTreeMap<K, V, A> {
    /// An empty map in `allocator`. Allocates nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::BTreeMap};
    ///
    /// let mut map = BTreeMap::new_in(System);
    /// map.insert(1, "a");
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { tree: Tree::new(), allocator }
    }

    /// The allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::BTreeMap};
    ///
    /// let mut map = BTreeMap::new_in(Stats::new(System));
    /// assert_eq!(map.allocator().snapshot().allocations, 0);
    /// map.insert(1, 'a');
    /// assert_eq!(map.allocator().snapshot().allocations, 1);
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        &self.allocator
    }

    /// The number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// assert_eq!(map.len(), 0);
    /// map.insert(1, "a");
    /// assert_eq!(map.len(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.tree.len
    }

    /// Whether there is no element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// assert!(map.is_empty());
    /// map.insert(1, "a");
    /// assert!(!map.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops all elements, and frees all nodes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&mut self) {
        let mut tree = self.take_tree();
        // SAFETY: the allocator is the one of the tree.
        unsafe { tree.clear(&self.allocator) };
    }

    /// Leaves the map empty.
    fn take_tree(&mut self) -> super::owned::OwnedTree<K, V> {
        super::owned::OwnedTree::new(mem::replace(&mut self.tree, Tree::new()))
    }

    /// The tree and its allocator, taken apart.
    fn into_parts(self) -> (Tree<K, V>, A) {
        let mut map = ManuallyDrop::new(self);
        let tree = mem::replace(&mut map.tree, Tree::new());
        // SAFETY: the map is not used again, and not dropped.
        let allocator = unsafe { ptr::read(&raw const map.allocator) };
        (tree, allocator)
    }
}

impl<K, V, A: Allocator> Drop for BTreeMap<K, V, A> {
    #[inline]
    fn drop(&mut self) {
        self.clear();
    }
}

/// The key of an element.
///
/// The value is dropped before the key is returned: what a function is about to return leaks if a drop panics
/// ([rust#47949](https://github.com/rust-lang/rust/issues/47949)).
#[inline]
fn into_key<K, V>((key, value): (K, V)) -> K {
    drop(value);
    key
}

/// The value of an element. The key is dropped first, as in [`into_key`].
#[inline]
fn into_value<K, V>((key, value): (K, V)) -> V {
    drop(key);
    value
}
