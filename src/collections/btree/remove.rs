//! Removal, and the merges it leads to.

use super::balance::Siblings;
use super::node::{MIN_LEN, Node};
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;

impl<K, V> Tree<K, V> {
    /// Removes an element.
    ///
    /// # Safety
    ///
    /// See [`Tree`].
    pub(super) unsafe fn remove<A: Allocator>(&mut self, slot: Slot<K, V>, allocator: &A) -> (K, V) {
        if slot.node.height() == 0 {
            // SAFETY: by `# Safety` of this fn, with the slot of an element in a leaf.
            return unsafe { self.remove_from_leaf(slot, allocator) }.0;
        }
        // SAFETY: by `# Safety` of this fn, with the slot of an element not in a leaf.
        unsafe { self.remove_from_internal(slot, allocator) }.0
    }

    /// Removes an element, and returns it and the place right of it, as an edge of a leaf.
    ///
    /// # Safety
    ///
    /// See [`Tree`].
    pub(super) unsafe fn remove_and_pass<A: Allocator>(
        &mut self,
        slot: Slot<K, V>,
        allocator: &A,
    ) -> ((K, V), Edge<K, V>) {
        if slot.node.height() == 0 {
            // SAFETY: by `# Safety` of this fn, with the slot of an element in a leaf.
            return unsafe { self.remove_from_leaf(slot, allocator) };
        }
        // SAFETY: by `# Safety` of this fn, with the slot of an element not in a leaf.
        let (element, mut edge) = unsafe { self.remove_from_internal(slot, allocator) };
        // SAFETY: right of the place is the element that took the place of the removed one.
        unsafe { edge.pass_next() };
        (element, edge)
    }

    /// Removes an element from a leaf, and returns it and the place where it was.
    ///
    /// # Safety
    ///
    /// See [`Tree`]. The node is a leaf.
    #[inline]
    unsafe fn remove_from_leaf<A: Allocator>(
        &mut self,
        Slot { node, index }: Slot<K, V>,
        allocator: &A,
    ) -> ((K, V), Edge<K, V>) {
        // SAFETY: by `# Safety` of this fn.
        let element = unsafe { node.remove(index) };
        self.len -= 1;
        let mut edge = Edge { node, index };
        if node.len() < MIN_LEN {
            // SAFETY: a leaf that has lost an element.
            edge = unsafe { self.rebalance(edge, allocator) };
        }
        (element, edge)
    }

    /// Replaces an element of an internal node by the one before it, which is the last of a leaf, and returns it and
    /// the place left of the one that replaces it.
    ///
    /// # Safety
    ///
    /// See [`Tree`]. The node is internal.
    unsafe fn remove_from_internal<A: Allocator>(&mut self, slot: Slot<K, V>, allocator: &A) -> ((K, V), Edge<K, V>) {
        // SAFETY: by `# Safety` of this fn.
        let element = unsafe { slot.node.read(slot.index) };
        // SAFETY: there is an element in the slot.
        let Edge { node, index } = unsafe { slot.left() };
        // SAFETY: each leaf but the root has elements, and the last is the one before that in the slot.
        let previous = unsafe { node.read(index - 1) };
        // SAFETY: what was there has been taken.
        unsafe { slot.node.write(slot.index, previous) };
        // SAFETY: the last has been taken.
        unsafe { node.set_len(index - 1) };
        self.len -= 1;
        let mut edge = Edge { node, index: index - 1 };
        if node.len() < MIN_LEN {
            // SAFETY: a leaf that has lost an element.
            edge = unsafe { self.rebalance(edge, allocator) };
        }
        (element, edge)
    }

    /// Restores invariant 5 after the removal of an element from a leaf, and returns the place that `edge` was.
    ///
    /// # Safety
    ///
    /// See [`Tree`]. Only the node of `edge` may break the invariant, and it is a leaf that lacks one element.
    #[inline(never)]
    unsafe fn rebalance<A: Allocator>(&mut self, edge: Edge<K, V>, allocator: &A) -> Edge<K, V> {
        let Some((parent, at)) = edge.node.parent() else { return edge };
        let mut edge = edge;
        if at > 0 {
            // SAFETY: by invariant 3 the parent has an element left of its child.
            let siblings = unsafe { Siblings::new(parent, at - 1) };
            let left_len = siblings.left.len();
            if !siblings.can_merge() {
                // SAFETY: the left one has more than `MIN_LEN`, or they could merge.
                unsafe { siblings.steal_left(1) };
                edge.index += 1;
                return edge;
            }
            // SAFETY: they can; by `# Safety` of this fn.
            edge.node = unsafe { siblings.merge(allocator) };
            edge.index += left_len + 1;
        } else {
            // SAFETY: by invariant 5 the parent has an element.
            let siblings = unsafe { Siblings::new(parent, 0) };
            if !siblings.can_merge() {
                // SAFETY: the right one has more than `MIN_LEN`, or they could merge.
                unsafe { siblings.steal_right(1) };
                return edge;
            }
            // SAFETY: they can; by `# Safety` of this fn.
            unsafe { siblings.merge(allocator) };
        }
        // SAFETY: the parent has lost an element.
        unsafe { self.rebalance_internal(parent, allocator) };
        edge
    }

    /// Restores invariant 5 after a merge of two children of `node`.
    ///
    /// # Safety
    ///
    /// See [`Tree`]. Only `node` may break the invariant, and it is an internal node that lacks one element.
    unsafe fn rebalance_internal<A: Allocator>(&mut self, mut node: Node<K, V>, allocator: &A) {
        while node.len() < MIN_LEN {
            let Some((parent, at)) = node.parent() else {
                // SAFETY: by `# Safety` of this fn.
                return unsafe { self.lower_root(allocator) };
            };
            // SAFETY: by invariants 3 and 5 the parent has an element at that index.
            let siblings = unsafe { Siblings::new(parent, at.saturating_sub(1)) };
            if siblings.can_merge() {
                // SAFETY: they can; by `# Safety` of this fn.
                unsafe { siblings.merge(allocator) };
                node = parent;
            } else if at > 0 {
                // SAFETY: the left one has more than `MIN_LEN`, or they could merge.
                return unsafe { siblings.steal_left(1) };
            } else {
                // SAFETY: the right one has more than `MIN_LEN`, or they could merge.
                return unsafe { siblings.steal_right(1) };
            }
        }
    }
}
