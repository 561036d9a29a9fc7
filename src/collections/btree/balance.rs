//! Nodes with too few elements: filled from a sibling, or merged with it.

use super::node::{CAPACITY, MIN_LEN, Node};
use super::tree::Tree;
use crate::api::Allocator;

/// A side of a tree, whose outermost nodes form the border.
#[derive(Clone, Copy)]
pub(super) enum Border {
    Left,
    Right,
}

/// Two adjacent children of a node, and the element between them.
///
/// # Invariants
///
/// `parent` is internal and has an element at `index`. `left` and `right` are its children on the two sides of that
/// element.
pub(super) struct Siblings<K, V> {
    parent: Node<K, V>,
    /// The index of the element between the two.
    index: usize,
    pub(super) left: Node<K, V>,
    pub(super) right: Node<K, V>,
}

impl<K, V> Siblings<K, V> {
    /// Returns the children of `parent` on the two sides of the element at `index`.
    ///
    /// # Safety
    ///
    /// 1. `parent` is internal.
    /// 2. `index` is less than its length.
    pub(super) unsafe fn new(parent: Node<K, V>, index: usize) -> Self {
        // SAFETY: by `# Safety` (1) and (2), and invariant 3 of `Tree`.
        let left = unsafe { parent.child(index) };
        // SAFETY: as above.
        let right = unsafe { parent.child(index + 1) };
        Self { parent, index, left, right }
    }

    /// Returns whether one node has room for all elements.
    pub(super) fn can_merge(&self) -> bool {
        self.left.len() + 1 + self.right.len() <= CAPACITY
    }

    /// Moves all elements to the left node, frees the right one, and returns the left. The parent loses an element.
    ///
    /// # Safety
    ///
    /// 1. [`can_merge`](Self::can_merge) returns `true`.
    /// 2. The nodes come from `allocator`.
    pub(super) unsafe fn merge<A: Allocator>(self, allocator: &A) -> Node<K, V> {
        let Self { parent, index, left, right } = self;
        let (left_len, right_len) = (left.len(), right.len());
        debug_assert!(self.can_merge());
        // SAFETY: by the invariant of `Siblings`.
        let element = unsafe { parent.remove_with_edge(index) };
        // SAFETY: by `# Safety` (1) the index is less than the capacity.
        unsafe { left.write(left_len, element) };
        // SAFETY: by `# Safety` (1) the left node has room, and by invariant 2 of `Tree` the elements are initialised.
        unsafe { right.move_elements(0, left, left_len + 1, right_len) };
        let len = left_len + 1 + right_len;
        // SAFETY: that many elements are initialised. The edges of an internal node follow below.
        unsafe { left.set_len(len) };
        if left.height() > 0 {
            // SAFETY: by `# Safety` (1) the left node has room, and by invariant 3 of `Tree` the edges are initialised.
            unsafe { right.move_edges(0, left, left_len + 1, right_len + 1) };
            // SAFETY: these edges have just been moved there.
            unsafe { left.link_children(left_len + 1, len) };
        }
        // SAFETY: by `# Safety` (2). The elements and edges of the node have been moved, and the edge to it is removed.
        unsafe { right.free(allocator) };
        left
    }

    /// Moves `count` elements from the left node through the parent to the right one.
    ///
    /// # Safety
    ///
    /// 1. `count` is at least 1, and at most the length of the left node.
    /// 2. The right node has room for `count` more elements.
    pub(super) unsafe fn steal_left(&self, count: usize) {
        let Self { parent, index, left, right } = *self;
        let (left_len, right_len) = (left.len(), right.len());
        debug_assert!(1 <= count && count <= left_len && right_len + count <= CAPACITY);
        let rest = left_len - count;
        // SAFETY: by `# Safety` (2) there is room, and by invariant 2 of `Tree` the elements are initialised.
        unsafe { right.move_elements(0, right, count, right_len) };
        // SAFETY: these are the last `count - 1` elements of the left node, and the move above made room for them.
        unsafe { left.move_elements(rest + 1, right, 0, count - 1) };
        // SAFETY: by the invariant of `Siblings` there is an element. It is overwritten below.
        let between = unsafe { parent.read(index) };
        // SAFETY: by `# Safety` (2) the index is less than the capacity.
        unsafe { right.write(count - 1, between) };
        // SAFETY: this is the last remaining element of the left node. It is cut off below.
        let last = unsafe { left.read(rest) };
        // SAFETY: by the invariant of `Siblings` the index is less than the length. The old element has been moved.
        unsafe { parent.write(index, last) };
        // SAFETY: the first `rest` elements remain.
        unsafe { left.set_len(rest) };
        // SAFETY: `count` elements have been added.
        unsafe { right.set_len(right_len + count) };
        if left.height() > 0 {
            // SAFETY: by `# Safety` (2) there is room, and by invariant 3 of `Tree` the edges are initialised.
            unsafe { right.move_edges(0, right, count, right_len + 1) };
            // SAFETY: these are the last `count` edges of the left node, and the move above made room for them.
            unsafe { left.move_edges(rest + 1, right, 0, count) };
            // SAFETY: all these edges are initialised.
            unsafe { right.link_children(0, right_len + count) };
        }
    }

    /// Moves `count` elements from the right node through the parent to the left one.
    ///
    /// # Safety
    ///
    /// 1. `count` is at least 1, and at most the length of the right node.
    /// 2. The left node has room for `count` more elements.
    pub(super) unsafe fn steal_right(&self, count: usize) {
        let Self { parent, index, left, right } = *self;
        let (left_len, right_len) = (left.len(), right.len());
        debug_assert!(1 <= count && count <= right_len && left_len + count <= CAPACITY);
        // SAFETY: by the invariant of `Siblings` there is an element. It is overwritten below.
        let between = unsafe { parent.read(index) };
        // SAFETY: by `# Safety` (2) the index is less than the capacity.
        unsafe { left.write(left_len, between) };
        // SAFETY: these are the first `count - 1` elements of the right node, and by `# Safety` (2) the left one has
        // room.
        unsafe { right.move_elements(0, left, left_len + 1, count - 1) };
        // SAFETY: by `# Safety` (1) there is an element. `close_gap` removes it below.
        let first = unsafe { right.read(count - 1) };
        // SAFETY: by the invariant of `Siblings` the index is less than the length. The old element has been moved.
        unsafe { parent.write(index, first) };
        // SAFETY: `count` elements have been added.
        unsafe { left.set_len(left_len + count) };
        if left.height() > 0 {
            // SAFETY: by `# Safety` (2) there is room, and by invariant 3 of `Tree` the edges are initialised.
            unsafe { right.move_edges(0, left, left_len + 1, count) };
            // SAFETY: these edges have just been moved there.
            unsafe { left.link_children(left_len + 1, left_len + count) };
        }
        // SAFETY: the first `count` elements and edges have been moved, and the others are initialised.
        unsafe { right.close_gap(count) };
    }
}

impl<K, V> Tree<K, V> {
    /// Replaces the root with its only child while it is an internal node without elements.
    ///
    /// # Safety
    ///
    /// Condition (1) of [`Tree`].
    pub(super) unsafe fn lower_root<A: Allocator>(&mut self, allocator: &A) {
        while let Some(root) = self.root.filter(|root| root.height() > 0 && root.len() == 0) {
            // SAFETY: the root is internal, so its first edge is initialised.
            let child = unsafe { root.child(0) };
            // SAFETY: the only edge to the child is in the old root, which is freed below.
            unsafe { child.clear_parent() };
            self.root = Some(child);
            // SAFETY: by `# Safety` (1). The old root is no longer reachable.
            unsafe { root.free(allocator) };
        }
    }

    /// Restores invariant 5 of [`Tree`] on one side, where the outermost node of each height may have too few elements.
    ///
    /// Goes down along the border, and gives each node one element more than the minimum. So the node keeps enough if
    /// two of its children are merged.
    ///
    /// # Safety
    ///
    /// 1. Condition (1) of [`Tree`].
    /// 2. No other node breaks invariant 5.
    pub(super) unsafe fn fill_border<A: Allocator>(&mut self, border: Border, allocator: &A) {
        // SAFETY: by `# Safety` (1).
        unsafe { self.lower_root(allocator) };
        let Some(mut node) = self.root else { return };
        while node.height() > 0 {
            let index = match border {
                Border::Left => 0,
                Border::Right => node.len() - 1,
            };
            // SAFETY: the node is internal. The root has an element after `lower_root`, and a turn of this loop filled
            // each other node.
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
                // SAFETY: `can_merge` returned `true`, and by `# Safety` (1) the nodes come from `allocator`.
                node = unsafe { siblings.merge(allocator) };
                continue;
            }
            // Together they have at least `CAPACITY` elements, so the sibling keeps at least `MIN_LEN`.
            match border {
                // SAFETY: the sibling keeps `MIN_LEN` elements, so it has more than `lacking`. The node has room for
                // these.
                Border::Left => unsafe { siblings.steal_right(lacking) },
                // SAFETY: as above.
                Border::Right => unsafe { siblings.steal_left(lacking) },
            }
        }
        // SAFETY: by `# Safety` (1).
        unsafe { self.lower_root(allocator) };
    }
}
