//! A tree without its allocator.

use core::fmt;

use super::node::Node;
use super::position::{Edge, Slot};

/// The nodes of a map, which the map allocates and frees.
///
/// # Safety of its functions
///
/// Where a function takes an allocator, it is the one that all nodes of the tree come from. Where it takes a position,
/// that is one in this tree, found since the tree was last changed.
pub(super) struct Tree<K, V> {
    /// `None` before the first insertion. An empty leaf stays when the last element goes.
    pub(super) root: Option<Node<K, V>>,
    /// The elements in all nodes.
    pub(super) len: usize,
}

// SAFETY: a tree owns its nodes and elements; its functions that change or free them take it by `&mut`, or are unsafe.
unsafe impl<K: Send, V: Send> Send for Tree<K, V> {}
// SAFETY: a shared tree gives shared references only.
unsafe impl<K: Sync, V: Sync> Sync for Tree<K, V> {}

impl<K, V> Tree<K, V> {
    pub(super) const fn new() -> Self {
        Self { root: None, len: 0 }
    }

    /// The first place, if there is a node.
    pub(super) fn first_edge(&self) -> Option<Edge<K, V>> {
        Some(self.root?.first_edge())
    }

    /// The first element.
    pub(super) fn first(&self) -> Option<Slot<K, V>> {
        let node = self.root?.first_leaf();
        // Only the root may be empty.
        (node.len() > 0).then_some(Slot { node, index: 0 })
    }

    /// The last element.
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
