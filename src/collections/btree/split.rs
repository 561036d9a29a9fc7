//! A tree, cut in two.

use super::balance::Border;
use super::insert::Spare;
use super::node::Node;
use super::position::Edge;
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<K, V> Tree<K, V> {
    /// Cuts off what is right of a place. On failure nothing has changed.
    ///
    /// # Safety
    ///
    /// See [`Tree`]. The place is an edge of a leaf.
    pub(super) unsafe fn split_off<A: Allocator>(
        &mut self,
        edge: Edge<K, V>,
        allocator: &A,
    ) -> Result<Self, TryReserveError> {
        if edge.next().is_none() {
            return Ok(Self::new());
        }
        if edge.previous().is_none() {
            return Ok(core::mem::replace(self, Self::new()));
        }
        let mut spare = Spare::allocate(self.root.map_or(0, Node::height) + 1, allocator)?;
        let Edge { mut node, mut index } = edge;
        // SAFETY: there is a node for each height.
        let mut right = unsafe { spare.take() };
        // SAFETY: the new node is empty and as high.
        unsafe { node.move_tail(index, right) };
        while let Some((parent, at)) = node.parent() {
            (node, index) = (parent, at);
            // SAFETY: there is a node for each height.
            let above = unsafe { spare.take() };
            // SAFETY: a new internal node, one higher than `right`.
            unsafe { above.set_first_edge(right) };
            // SAFETY: it has no element, and as many edges.
            unsafe { node.move_tail(index, above) };
            right = above;
        }
        let total = self.len;
        let mut split = Self { root: Some(right), len: 0 };
        // SAFETY: only nodes along the cut may break invariant 5.
        unsafe { self.fill_border(Border::Right, allocator) };
        // SAFETY: as above; all nodes are from `allocator`.
        unsafe { split.fill_border(Border::Left, allocator) };
        // Counting looks at each node, so it is done in the tree that has fewer levels.
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
    /// The elements in the tree below.
    fn count(self) -> usize {
        let mut count = self.len();
        if self.height() > 0 {
            for index in 0..=self.len() {
                // SAFETY: an internal node has an edge more than elements.
                let child = unsafe { self.child(index) };
                count += if child.height() == 0 { child.len() } else { child.count() };
            }
        }
        count
    }
}
