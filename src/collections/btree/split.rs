//! Splitting a tree in two.

use super::balance::Border;
use super::insert::SpareNodes;
use super::node::Node;
use super::position::Edge;
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<K, V> Tree<K, V> {
    /// Moves the elements to the right of `edge` to a new tree, which it returns. On failure the tree is as before.
    ///
    /// # Safety
    ///
    /// Conditions (1) and (2) of [`Tree`], and:
    ///
    /// 3. `edge` is a leaf edge.
    pub(super) unsafe fn split_off<A: Allocator>(
        &mut self,
        edge: Edge<K, V>,
        allocator: &A,
    ) -> Result<Self, TryReserveError> {
        if edge.next_slot().is_none() {
            return Ok(Self::new());
        }
        if edge.previous_slot().is_none() {
            return Ok(core::mem::replace(self, Self::new()));
        }
        let mut spare = SpareNodes::allocate(self.root.map_or(0, Node::height) + 1, allocator)?;
        let Edge { mut node, mut index } = edge;
        // SAFETY: `spare` has a node of each height up to that of the root.
        let mut right = unsafe { spare.take() };
        // SAFETY: `index` is at most the length by `# Safety` (2). The new node is empty and has the same height.
        unsafe { node.move_tail(index, right) };
        while let Some((parent, at)) = node.parent() {
            (node, index) = (parent, at);
            // SAFETY: as for `right`.
            let above = unsafe { spare.take() };
            // SAFETY: the new node is internal and empty, its height is one more than that of `right`, and no edge
            // leads to `right`.
            unsafe { above.set_first_edge(right) };
            // SAFETY: `at` is at most the length. The new node has the same height, and only its first edge.
            unsafe { node.move_tail(index, above) };
            right = above;
        }
        let total = self.len;
        let mut split = Self { root: Some(right), len: 0 };
        // SAFETY: only the rightmost node of each height may break invariant 5.
        // All nodes come from `allocator` by `# Safety` (1).
        unsafe { self.fill_border(Border::Right, allocator) };
        // SAFETY: as above, for the leftmost nodes of the new tree, which come from `allocator` too.
        unsafe { split.fill_border(Border::Left, allocator) };
        // Counting visits each node, so count the tree with fewer levels.
        match (self.root, split.root) {
            (Some(left), Some(right)) if left.height() <= right.height() => {
                self.len = left.count();
                split.len = total - self.len;
            }
            (_, right) => {
                split.len = right.map_or(0, Node::count);
                self.len = total - split.len;
            }
        }
        Ok(split)
    }
}

impl<K, V> Node<K, V> {
    /// Returns the number of elements in the subtree.
    fn count(self) -> usize {
        let mut count = self.len();
        if self.height() > 0 {
            for index in 0..=self.len() {
                // SAFETY: the node is internal, so its edges from 0 to `len` are initialised, by invariant 3 of `Tree`.
                let child = unsafe { self.child(index) };
                count += if child.height() == 0 { child.len() } else { child.count() };
            }
        }
        count
    }
}
