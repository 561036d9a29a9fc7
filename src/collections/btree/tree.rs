//! A tree without its allocator.

use core::fmt;

use super::node::Node;
use super::position::{Edge, Slot};

/// The nodes of a map. The map owns the allocator, and passes it to each function that allocates or frees nodes.
///
/// # Invariants
///
/// They hold whenever no function of the tree is running:
///
/// 1. Each node is a block of its own from the allocator of the map, with the layout for its height.
/// 2. In a node of length `len`, exactly the first `len` keys and values are initialised. `len` is at most
///    [`CAPACITY`](super::node::CAPACITY).
/// 3. In an internal node (height above 0), the first `len + 1` edges are initialised. Each leads to a child whose
///    height is one less, and which stores this node as its parent and the index of the edge. No other edge leads to
///    that child.
/// 4. The root has no parent.
/// 5. Each node but the root has at least [`MIN_LEN`](super::node::MIN_LEN) elements, and an internal root has at least
///    one. So each node but the root has a sibling.
/// 6. The length of the tree is the sum of the lengths of its nodes.
///
/// The order of the keys is not one of them: an `Ord` that is not a total order leads to wrong answers, but never to an
/// invalid access.
///
/// # Safety of its functions
///
/// A function that says so requires:
///
/// 1. An allocator argument is the allocator that all nodes of the tree come from.
/// 2. An edge or slot argument was found in this tree, and the tree has not changed since.
pub(super) struct Tree<K, V> {
    /// `None` before the first insertion. When the last element is removed, the root stays as an empty leaf.
    pub(super) root: Option<Node<K, V>>,
    /// The number of elements in all nodes.
    pub(super) len: usize,
}

// SAFETY: a tree owns its nodes and elements. The functions that change or free them take `&mut self` or are unsafe.
unsafe impl<K: Send, V: Send> Send for Tree<K, V> {}
// SAFETY: a shared reference to a tree gives only shared references to its elements.
unsafe impl<K: Sync, V: Sync> Sync for Tree<K, V> {}

impl<K, V> Tree<K, V> {
    pub(super) const fn new() -> Self {
        Self { root: None, len: 0 }
    }

    /// Returns the first edge, or `None` if the tree has no node.
    pub(super) fn first_leaf_edge(&self) -> Option<Edge<K, V>> {
        Some(self.root?.first_leaf_edge())
    }

    /// Returns the slot of the first element.
    pub(super) fn first(&self) -> Option<Slot<K, V>> {
        let node = self.root?.first_leaf();
        // Only the root may be empty, by invariant 5.
        (node.len() > 0).then_some(Slot { node, index: 0 })
    }

    /// Returns the slot of the last element.
    pub(super) fn last(&self) -> Option<Slot<K, V>> {
        let node = self.root?.last_leaf();
        Some(Slot { node, index: node.len().checked_sub(1)? })
    }
}

impl<K, V> fmt::Debug for Tree<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("root", &self.root).field("len", &self.len).finish()
    }
}
