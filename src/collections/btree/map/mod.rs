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
/// It is a B-tree whose nodes hold 5 to 11 elements; the root may hold fewer. Each node is a block of its own, and a
/// new map has none. Look-ups, insertions and removals take time logarithmic in the length.
///
/// The methods behave as those of std, except:
///
/// * Each method that may allocate has a `try_` twin, which returns an error instead of calling
///   [`handle_alloc_error`](crate::api::handle_alloc_error): [`try_insert`](Self::try_insert), those of an [`Entry`]
///   ([`try_or_insert`](Entry::try_or_insert) and the like), [`try_append`](Self::try_append),
///   [`try_split_off`](Self::try_split_off), [`try_extend`](Self::try_extend), [`try_clone`](Self::try_clone) and
///   [`try_from_iter_in`](Self::try_from_iter_in). Methods that only find, change or remove elements never allocate. An
///   insertion allocates all nodes that it needs before it changes the map. So on failure the map is unchanged, and the
///   key and the value are dropped.
/// * [`split_off`](Self::split_off) moves nodes to a map with a clone of the allocator, so it requires
///   [`AllocatorClone`](crate::api::AllocatorClone). All other methods leave nodes with their map;
///   [`append`](Self::append) moves the elements.
/// * [`append`](Self::append) takes time that grows with the length of `other` rather than with that of both maps, and
///   [`extend`](Self::extend) fills the nodes if the input is ascending.
/// * Data that the elements borrow must outlive the map, since `may_dangle` is not stable.
///
/// A key must not change its place in the order while it is in the map. If it does, or if its `Ord` is not a total
/// order, the results are unspecified, and the code of the caller may panic or loop forever. But there is no undefined
/// behaviour.
///
/// If the drop of an element panics while the map is dropped, the other elements are still dropped.
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
    /// Invariant: all its nodes come from `allocator`.
    pub(super) tree: Tree<K, V>,
    pub(super) allocator: A,
}

impl<K, V> BTreeMap<K, V> {
    /// Creates an empty map on the registered default. Does not allocate.
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
    /// Creates an empty map in `allocator`. Does not allocate.
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

    /// Returns a reference to the allocator.
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

    /// Returns the number of elements.
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

    /// Returns whether the map is empty.
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

    /// Removes and drops all elements, and frees all nodes.
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
        // SAFETY: by the invariant of `BTreeMap`.
        unsafe { tree.clear(&self.allocator) };
    }

    /// Takes the tree out, and leaves the map empty.
    fn take_tree(&mut self) -> super::owned::OwnedTree<K, V> {
        super::owned::OwnedTree::new(mem::replace(&mut self.tree, Tree::new()))
    }

    /// Splits the map into its tree and its allocator.
    fn into_parts(self) -> (Tree<K, V>, A) {
        let mut map = ManuallyDrop::new(self);
        let tree = mem::replace(&mut map.tree, Tree::new());
        // SAFETY: the map is neither dropped nor used again, so the allocator has one owner.
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

/// Returns the key of an element.
///
/// Drops the value first: if a drop panics, the value that a function is about to return leaks
/// ([rust#47949](https://github.com/rust-lang/rust/issues/47949)).
#[inline]
fn into_key<K, V>((key, value): (K, V)) -> K {
    drop(value);
    key
}

/// Returns the value of an element. Drops the key first, as [`into_key`] does with the value.
#[inline]
fn into_value<K, V>((key, value): (K, V)) -> V {
    drop(key);
    value
}
