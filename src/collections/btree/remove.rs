//! Removal, and the merges that it causes.

use super::balance::Siblings;
use super::node::{MIN_LEN, Node};
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;

impl<K, V> Tree<K, V> {
    /// Removes and returns the element in a slot.
    ///
    /// # Safety
    ///
    /// Conditions (1) and (2) of [`Tree`].
    pub(super) unsafe fn remove<A: Allocator>(&mut self, slot: Slot<K, V>, allocator: &A) -> (K, V) {
        if slot.node.height() == 0 {
            // SAFETY: by `# Safety` (1) and (2). The node is a leaf.
            return unsafe { self.remove_from_leaf(slot, allocator) }.0;
        }
        // SAFETY: by `# Safety` (1) and (2). The node is internal.
        unsafe { self.remove_from_internal(slot, allocator) }.0
    }

    /// Removes the element in a slot, and returns it with the leaf edge where it was.
    ///
    /// # Safety
    ///
    /// Conditions (1) and (2) of [`Tree`].
    pub(super) unsafe fn remove_and_advance<A: Allocator>(
        &mut self,
        slot: Slot<K, V>,
        allocator: &A,
    ) -> ((K, V), Edge<K, V>) {
        if slot.node.height() == 0 {
            // SAFETY: by `# Safety` (1) and (2). The node is a leaf.
            return unsafe { self.remove_from_leaf(slot, allocator) };
        }
        // SAFETY: by `# Safety` (1) and (2). The node is internal.
        let (element, mut edge) = unsafe { self.remove_from_internal(slot, allocator) };
        // SAFETY: this is a leaf edge, and the replacing element is to the right of it.
        unsafe { edge.advance() };
        (element, edge)
    }

    /// Removes an element from a leaf, and returns it with the leaf edge where it was.
    ///
    /// # Safety
    ///
    /// Conditions (1) and (2) of [`Tree`], and:
    ///
    /// 3. The node is a leaf.
    #[inline]
    unsafe fn remove_from_leaf<A: Allocator>(
        &mut self,
        Slot { node, index }: Slot<K, V>,
        allocator: &A,
    ) -> ((K, V), Edge<K, V>) {
        // SAFETY: by `# Safety` (2) there is an element in the slot.
        let element = unsafe { node.remove(index) };
        self.len -= 1;
        let mut edge = Edge { node, index };
        if node.len() < MIN_LEN {
            // SAFETY: by `# Safety` (1). The leaf has lost one element, so it lacks at most one.
            edge = unsafe { self.rebalance(edge, allocator) };
        }
        (element, edge)
    }

    /// Removes an element from an internal node. The previous element, which is the last of a leaf, replaces it.
    ///
    /// Returns the removed element, and the leaf edge to the left of the replacing one.
    ///
    /// # Safety
    ///
    /// Conditions (1) and (2) of [`Tree`], and:
    ///
    /// 3. The node is internal.
    unsafe fn remove_from_internal<A: Allocator>(&mut self, slot: Slot<K, V>, allocator: &A) -> ((K, V), Edge<K, V>) {
        // SAFETY: by `# Safety` (2) there is an element in the slot. It is overwritten below.
        let element = unsafe { slot.node.read(slot.index) };
        // SAFETY: by `# Safety` (2) there is an element in the slot.
        let Edge { node, index } = unsafe { slot.previous_leaf_edge() };
        // SAFETY: this leaf is not the root, so by invariant 5 it has elements. The last of them is cut off below.
        let previous = unsafe { node.read(index - 1) };
        // SAFETY: by `# Safety` (2) the index is less than the length. The old element has been read.
        unsafe { slot.node.write(slot.index, previous) };
        // SAFETY: the last element has been moved to the slot.
        unsafe { node.set_len(index - 1) };
        self.len -= 1;
        let mut edge = Edge { node, index: index - 1 };
        if node.len() < MIN_LEN {
            // SAFETY: by `# Safety` (1). The leaf has lost one element, so it lacks at most one.
            edge = unsafe { self.rebalance(edge, allocator) };
        }
        (element, edge)
    }

    /// Restores invariant 5 after the removal of an element from a leaf. Returns the leaf edge that is now at the
    /// position of `edge`.
    ///
    /// # Safety
    ///
    /// Conditions (1) and (2) of [`Tree`], and:
    ///
    /// 3. `edge` is a leaf edge.
    /// 4. Only its node may break invariant 5, and lacks one element.
    #[inline(never)]
    unsafe fn rebalance<A: Allocator>(&mut self, edge: Edge<K, V>, allocator: &A) -> Edge<K, V> {
        let Some((parent, at)) = edge.node.parent() else { return edge };
        let mut edge = edge;
        if at > 0 {
            // SAFETY: the parent is internal, and by invariant 3 it has an element to the left of the child.
            let siblings = unsafe { Siblings::new(parent, at - 1) };
            let left_len = siblings.left.len();
            if !siblings.can_merge() {
                // SAFETY: the left sibling has more than `MIN_LEN` elements, since the two cannot merge.
                unsafe { siblings.steal_left(1) };
                edge.index += 1;
                return edge;
            }
            // SAFETY: `can_merge` returned `true`, and the nodes come from `allocator` by `# Safety` (1).
            edge.node = unsafe { siblings.merge(allocator) };
            edge.index += left_len + 1;
        } else {
            // SAFETY: the parent is internal, and by invariant 5 it has an element.
            let siblings = unsafe { Siblings::new(parent, 0) };
            if !siblings.can_merge() {
                // SAFETY: the right sibling has more than `MIN_LEN` elements, since the two cannot merge.
                unsafe { siblings.steal_right(1) };
                return edge;
            }
            // SAFETY: `can_merge` returned `true`, and the nodes come from `allocator` by `# Safety` (1).
            unsafe { siblings.merge(allocator) };
        }
        // SAFETY: by `# Safety` (1). The parent is internal and has lost one element.
        unsafe { self.rebalance_internal(parent, allocator) };
        edge
    }

    /// Restores invariant 5 after two children of `node` have been merged.
    ///
    /// # Safety
    ///
    /// Condition (1) of [`Tree`], and:
    ///
    /// 2. `node` is internal.
    /// 3. Only `node` may break invariant 5, and lacks one element.
    unsafe fn rebalance_internal<A: Allocator>(&mut self, mut node: Node<K, V>, allocator: &A) {
        while node.len() < MIN_LEN {
            let Some((parent, at)) = node.parent() else {
                // SAFETY: by `# Safety` (1).
                return unsafe { self.lower_root(allocator) };
            };
            // SAFETY: the parent is internal, and by invariants 3 and 5 it has an element at this index.
            let siblings = unsafe { Siblings::new(parent, at.saturating_sub(1)) };
            if siblings.can_merge() {
                // SAFETY: `can_merge` returned `true`, and the nodes come from `allocator` by `# Safety` (1).
                unsafe { siblings.merge(allocator) };
                node = parent;
            } else if at > 0 {
                // SAFETY: the left sibling has more than `MIN_LEN` elements, since the two cannot merge.
                return unsafe { siblings.steal_left(1) };
            } else {
                // SAFETY: the right sibling has more than `MIN_LEN` elements, since the two cannot merge.
                return unsafe { siblings.steal_right(1) };
            }
        }
    }
}
