//! Nodes with few elements, filled from a neighbour or merged with it.

use super::node::{CAPACITY, MIN_LEN, Node};
use super::tree::Tree;
use crate::api::Allocator;

/// The leftmost or the rightmost nodes of a tree.
#[derive(Clone, Copy)]
pub(super) enum Border {
    Left,
    Right,
}

/// Two neighbours and the element between them.
pub(super) struct Siblings<K, V> {
    parent: Node<K, V>,
    /// The index of the element between them.
    index: usize,
    pub(super) left: Node<K, V>,
    pub(super) right: Node<K, V>,
}

impl<K, V> Siblings<K, V> {
    /// The children of `parent` beside the element at `index`.
    ///
    /// # Safety
    ///
    /// The parent is internal, and `index` is less than its length.
    pub(super) unsafe fn new(parent: Node<K, V>, index: usize) -> Self {
        // SAFETY: by `# Safety` of this fn and invariant 3.
        let left = unsafe { parent.child(index) };
        // SAFETY: as above.
        let right = unsafe { parent.child(index + 1) };
        Self { parent, index, left, right }
    }

    /// Whether one node has room for all.
    pub(super) fn can_merge(&self) -> bool {
        self.left.len() + 1 + self.right.len() <= CAPACITY
    }

    /// Moves all to the left node, frees the right one, and returns the left. The parent has an element less.
    ///
    /// # Safety
    ///
    /// The nodes can merge, and come from `allocator`.
    pub(super) unsafe fn merge<A: Allocator>(self, allocator: &A) -> Node<K, V> {
        let Self { parent, index, left, right } = self;
        let (left_len, right_len) = (left.len(), right.len());
        debug_assert!(self.can_merge());
        // SAFETY: `Siblings` has an element at `index`.
        let element = unsafe { parent.remove_with_edge(index) };
        // SAFETY: there is room for all.
        unsafe { left.write(left_len, element) };
        // SAFETY: as above; invariant 2.
        unsafe { right.move_elements(0, left, left_len + 1, right_len) };
        let len = left_len + 1 + right_len;
        // SAFETY: that many are there; the edges follow.
        unsafe { left.set_len(len) };
        if left.height() > 0 {
            // SAFETY: as above; invariant 3.
            unsafe { right.move_edges(0, left, left_len + 1, right_len + 1) };
            // SAFETY: these have come.
            unsafe { left.relink(left_len + 1, len) };
        }
        // SAFETY: everything has been moved from it, and the edge to it is gone.
        unsafe { right.free(allocator) };
        left
    }

    /// Moves `count` elements from the left node through the parent to the right one.
    ///
    /// # Safety
    ///
    /// `count` is at least 1, the left node has that many, and the right one has room for them.
    pub(super) unsafe fn steal_left(&self, count: usize) {
        let Self { parent, index, left, right } = *self;
        let (left_len, right_len) = (left.len(), right.len());
        debug_assert!(1 <= count && count <= left_len && right_len + count <= CAPACITY);
        let rest = left_len - count;
        // SAFETY: there is room; invariant 2.
        unsafe { right.move_elements(0, right, count, right_len) };
        // SAFETY: the last `count - 1` of the left, which is where they are missing now.
        unsafe { left.move_elements(rest + 1, right, 0, count - 1) };
        // SAFETY: the element between, which is written over below.
        let between = unsafe { parent.read(index) };
        // SAFETY: there is room.
        unsafe { right.write(count - 1, between) };
        // SAFETY: the last of the left that is left, which is taken from it below.
        let last = unsafe { left.read(rest) };
        // SAFETY: the element there has been taken.
        unsafe { parent.write(index, last) };
        // SAFETY: as many as were not moved.
        unsafe { left.set_len(rest) };
        // SAFETY: as many as there were and have come.
        unsafe { right.set_len(right_len + count) };
        if left.height() > 0 {
            // SAFETY: there is room; invariant 3.
            unsafe { right.move_edges(0, right, count, right_len + 1) };
            // SAFETY: as many as there are elements fewer.
            unsafe { left.move_edges(rest + 1, right, 0, count) };
            // SAFETY: these are all.
            unsafe { right.relink(0, right_len + count) };
        }
    }

    /// Moves `count` elements from the right node through the parent to the left one.
    ///
    /// # Safety
    ///
    /// `count` is at least 1, the right node has that many, and the left one has room for them.
    pub(super) unsafe fn steal_right(&self, count: usize) {
        let Self { parent, index, left, right } = *self;
        let (left_len, right_len) = (left.len(), right.len());
        debug_assert!(1 <= count && count <= right_len && left_len + count <= CAPACITY);
        // SAFETY: the element between, which is written over below.
        let between = unsafe { parent.read(index) };
        // SAFETY: there is room.
        unsafe { left.write(left_len, between) };
        // SAFETY: the first `count - 1` of the right.
        unsafe { right.move_elements(0, left, left_len + 1, count - 1) };
        // SAFETY: the next one, over which the rest is moved below.
        let first = unsafe { right.read(count - 1) };
        // SAFETY: the element there has been taken.
        unsafe { parent.write(index, first) };
        // SAFETY: as many as there were and have come.
        unsafe { left.set_len(left_len + count) };
        if left.height() > 0 {
            // SAFETY: there is room; invariant 3.
            unsafe { right.move_edges(0, left, left_len + 1, count) };
            // SAFETY: these have come.
            unsafe { left.relink(left_len + 1, left_len + count) };
        }
        // SAFETY: the first `count` elements and edges have been moved.
        unsafe { right.close_gap(count) };
    }
}

impl<K, V> Tree<K, V> {
    /// Replaces an internal root without an element by its only child, until there is none.
    ///
    /// # Safety
    ///
    /// See [`Tree`].
    pub(super) unsafe fn lower_root<A: Allocator>(&mut self, allocator: &A) {
        while let Some(root) = self.root.filter(|root| root.height() > 0 && root.len() == 0) {
            // SAFETY: an internal node has an edge more than elements.
            let child = unsafe { root.child(0) };
            // SAFETY: the edge to it goes with the old root.
            unsafe { child.unlink() };
            self.root = Some(child);
            // SAFETY: by `# Safety` of this fn; nothing leads to the old root.
            unsafe { root.free(allocator) };
        }
    }

    /// Restores invariant 5 for the outermost node of each height on one side, the only ones that may break it.
    ///
    /// Goes down along the border. Each node there gets an element more than it needs, so that it can spare one to the
    /// merge of two children.
    ///
    /// # Safety
    ///
    /// See [`Tree`].
    pub(super) unsafe fn fill_border<A: Allocator>(&mut self, border: Border, allocator: &A) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lower_root(allocator) };
        let Some(mut node) = self.root else { return };
        while node.height() > 0 {
            let index = match border {
                Border::Left => 0,
                Border::Right => node.len() - 1,
            };
            // SAFETY: the root has an element, and each other node has got more than it needs.
            let siblings = unsafe { Siblings::new(node, index) };
            node = match border {
                Border::Left => siblings.left,
                Border::Right => siblings.right,
            };
            let lacking = (MIN_LEN + 1).saturating_sub(node.len());
            if lacking == 0 {
                continue;
            }
            if siblings.can_merge() {
                // SAFETY: just asked; by `# Safety` of this fn.
                node = unsafe { siblings.merge(allocator) };
                continue;
            }
            // Together they have `CAPACITY` elements or more, so the other has `MIN_LEN` when it has given these.
            match border {
                // SAFETY: it has them, and the node has room for them.
                Border::Left => unsafe { siblings.steal_right(lacking) },
                // SAFETY: as above.
                Border::Right => unsafe { siblings.steal_left(lacking) },
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lower_root(allocator) };
    }
}
