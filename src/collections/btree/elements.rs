//! Moves of elements and edges within a node and between nodes.
//!
//! No function here runs code of the user: none panics, and none drops an element.

use core::ptr::NonNull;

use super::node::{CAPACITY, Node};
use super::position::Slot;

/// Inserts `value` at `index`, and moves the values from there on up by one.
///
/// # Safety
///
/// 1. The first `len` of `slots` are initialised, and there is room for one more.
/// 2. `index` is at most `len`.
#[inline(always)]
unsafe fn insert<T>(slots: NonNull<T>, len: usize, index: usize, value: T) {
    // SAFETY: by `# Safety` (1) and (2) the slot lies in the array.
    let slot = unsafe { slots.add(index) };
    // SAFETY: as above; this is at most the end of the array.
    let next = unsafe { slot.add(1) };
    // SAFETY: by `# Safety` (1) these values are initialised, and there is room for one more.
    unsafe { slot.copy_to(next, len - index) };
    // SAFETY: the slot lies in the array, and its old value has moved.
    unsafe { slot.write(value) };
}

/// Removes and returns the value at `index`, and moves the values behind it down by one.
///
/// # Safety
///
/// 1. The first `len` of `slots` are initialised. Afterwards the last of them counts as uninitialised.
/// 2. `index` is less than `len`.
#[inline(always)]
unsafe fn remove<T>(slots: NonNull<T>, len: usize, index: usize) -> T {
    // SAFETY: by `# Safety` (2) the slot lies in the array.
    let slot = unsafe { slots.add(index) };
    // SAFETY: by `# Safety` (1) the slot is initialised. It is overwritten below, or counts as uninitialised.
    let value = unsafe { slot.read() };
    // SAFETY: this is at most the end of the array.
    let next = unsafe { slot.add(1) };
    // SAFETY: by `# Safety` (1) these values are initialised, and the slot before them has been read.
    unsafe { next.copy_to(slot, len - index - 1) };
    value
}

/// Moves `count` values. The two ranges may overlap.
///
/// # Safety
///
/// 1. The `count` values of `source` from index `from` on are initialised.
/// 2. `target` has room for `count` values from index `to` on.
unsafe fn relocate<T>(source: NonNull<T>, from: usize, target: NonNull<T>, to: usize, count: usize) {
    // SAFETY: by `# Safety` (1).
    let source = unsafe { source.add(from) };
    // SAFETY: by `# Safety` (2).
    let target = unsafe { target.add(to) };
    // SAFETY: by `# Safety` (1) and (2).
    unsafe { source.copy_to(target, count) };
}

impl<K, V> Node<K, V> {
    /// Copies the element at `index` out of the node.
    ///
    /// # Safety
    ///
    /// 1. `index` is less than the length.
    /// 2. The node no longer uses the element, or the caller forgets the copy.
    #[inline(always)]
    pub(super) unsafe fn read(self, index: usize) -> (K, V) {
        // SAFETY: by `# Safety` (1) `index` is less than the capacity.
        let key = unsafe { self.keys().add(index) };
        // SAFETY: as above.
        let value = unsafe { self.values().add(index) };
        // SAFETY: by `# Safety` (1) and invariant 2 of `Tree` the key is initialised. By (2) it has one owner.
        let key = unsafe { key.read() };
        // SAFETY: as above, for the value.
        (key, unsafe { value.read() })
    }

    /// Writes an element at `index`, without dropping the old one.
    ///
    /// # Safety
    ///
    /// `index` is less than the capacity.
    #[inline(always)]
    pub(super) unsafe fn write(self, index: usize, (key, value): (K, V)) {
        // SAFETY: by `# Safety` of this fn.
        let key_slot = unsafe { self.keys().add(index) };
        // SAFETY: by `# Safety` of this fn.
        let value_slot = unsafe { self.values().add(index) };
        // SAFETY: the slot lies in the array of keys.
        unsafe { key_slot.write(key) };
        // SAFETY: the slot lies in the array of values.
        unsafe { value_slot.write(value) };
    }

    /// Inserts an element, without an edge.
    ///
    /// # Safety
    ///
    /// The node is not full, and `index` is at most its length.
    #[inline(always)]
    pub(super) unsafe fn insert(self, index: usize, (key, value): (K, V)) {
        let len = self.len();
        debug_assert!(len < CAPACITY && index <= len);
        // SAFETY: by invariant 2 of `Tree` and `# Safety` of this fn.
        unsafe { insert(self.keys(), len, index, key) };
        // SAFETY: as above.
        unsafe { insert(self.values(), len, index, value) };
        // SAFETY: one more key and one more value are initialised.
        unsafe { self.set_len(len + 1) };
    }

    /// Appends an element to a leaf, and returns its slot.
    ///
    /// # Safety
    ///
    /// The node is a leaf that is not full.
    #[inline(always)]
    pub(super) unsafe fn push(self, element: (K, V)) -> Slot<K, V> {
        let index = self.len();
        debug_assert!(index < CAPACITY && self.height() == 0);
        // SAFETY: by `# Safety` of this fn the length is less than the capacity.
        unsafe { self.write(index, element) };
        // SAFETY: one more key and one more value are initialised.
        unsafe { self.set_len(index + 1) };
        Slot { node: self, index }
    }

    /// Sets the only edge of an internal node without elements.
    ///
    /// # Safety
    ///
    /// 1. The node is internal and has no element.
    /// 2. The height of `child` is one less, and no edge leads to it.
    pub(super) unsafe fn set_first_edge(self, child: Self) {
        debug_assert_eq!(child.height() + 1, self.height());
        // SAFETY: by `# Safety` (1).
        let edges = unsafe { self.edges() };
        // SAFETY: an internal node has room for edges.
        unsafe { edges.write(child) };
        // SAFETY: the edge at index 0 has just been written.
        unsafe { self.link_children(0, 0) };
    }

    /// Inserts an element, and an edge to the right of it, into an internal node.
    ///
    /// # Safety
    ///
    /// 1. The node is internal and not full, and `index` is at most its length.
    /// 2. The height of `right` is one less, and no edge leads to it.
    pub(super) unsafe fn insert_with_edge(self, index: usize, element: (K, V), right: Self) {
        let len = self.len();
        debug_assert_eq!(right.height() + 1, self.height());
        // SAFETY: by `# Safety` (1).
        unsafe { self.insert(index, element) };
        // SAFETY: by `# Safety` (1).
        let edges = unsafe { self.edges() };
        // SAFETY: by invariant 3 of `Tree` there were `len + 1` edges. There is room for `CAPACITY + 1`, and the node
        // was not full.
        unsafe { insert(edges, len + 1, index + 1, right) };
        // SAFETY: these edges are initialised.
        unsafe { self.link_children(index + 1, len + 1) };
    }

    /// Appends an element, and an edge to the right of it, to an internal node, and returns the slot of the element.
    ///
    /// # Safety
    ///
    /// 1. The node is internal and not full.
    /// 2. The height of `right` is one less, and no edge leads to it.
    #[inline]
    pub(super) unsafe fn push_with_edge(self, element: (K, V), right: Self) -> Slot<K, V> {
        let index = self.len();
        debug_assert!(index < CAPACITY && right.height() + 1 == self.height());
        // SAFETY: by `# Safety` (1) the length is less than the capacity.
        unsafe { self.write(index, element) };
        // SAFETY: by `# Safety` (1).
        let edges = unsafe { self.edges() };
        // SAFETY: there is room for `CAPACITY + 1` edges, and the node was not full.
        let edge = unsafe { edges.add(index + 1) };
        // SAFETY: the edge lies in the array of edges.
        unsafe { edge.write(right) };
        // SAFETY: the new values are those that invariant 3 of `Tree` requires.
        unsafe { right.set_parent(Some(self), index + 1) };
        // SAFETY: one more key, value and edge are initialised.
        unsafe { self.set_len(index + 1) };
        Slot { node: self, index }
    }

    /// Removes an element, without an edge.
    ///
    /// # Safety
    ///
    /// `index` is less than the length.
    #[inline(always)]
    pub(super) unsafe fn remove(self, index: usize) -> (K, V) {
        let len = self.len();
        debug_assert!(index < len);
        // SAFETY: by invariant 2 of `Tree` and `# Safety` of this fn. The length is reduced below.
        let key = unsafe { remove(self.keys(), len, index) };
        // SAFETY: as above.
        let value = unsafe { remove(self.values(), len, index) };
        // SAFETY: one key and one value fewer are initialised.
        unsafe { self.set_len(len - 1) };
        (key, value)
    }

    /// Removes an element, and the edge to the right of it, from an internal node.
    ///
    /// # Safety
    ///
    /// 1. The node is internal.
    /// 2. `index` is less than its length.
    pub(super) unsafe fn remove_with_edge(self, index: usize) -> (K, V) {
        let len = self.len();
        // SAFETY: by `# Safety` (2).
        let element = unsafe { self.remove(index) };
        // SAFETY: by `# Safety` (1).
        let edges = unsafe { self.edges() };
        // SAFETY: by invariant 3 of `Tree` there were `len + 1` edges, and `index + 1` is less than that by `# Safety`
        // (2).
        unsafe { remove(edges, len + 1, index + 1) };
        // SAFETY: these edges are initialised. The range is empty if the last edge was removed.
        unsafe { self.link_children(index + 1, len - 1) };
        element
    }

    /// Moves `count` elements from index `from` on to index `to` of `target`, which may be the same node. The lengths
    /// do not change.
    ///
    /// # Safety
    ///
    /// 1. The elements are initialised.
    /// 2. Both ranges lie within the capacity.
    #[inline(always)]
    pub(super) unsafe fn move_elements(self, from: usize, target: Self, to: usize, count: usize) {
        debug_assert!(from + count <= CAPACITY && to + count <= CAPACITY);
        // SAFETY: by `# Safety` (1) and (2).
        unsafe { relocate(self.keys(), from, target.keys(), to, count) };
        // SAFETY: by `# Safety` (1) and (2).
        unsafe { relocate(self.values(), from, target.values(), to, count) };
    }

    /// Moves `count` edges from index `from` on to index `to` of `target`, which may be the same node. The parent
    /// fields of the children do not change.
    ///
    /// # Safety
    ///
    /// 1. Both nodes are internal.
    /// 2. The edges are initialised, and both ranges lie within the `CAPACITY + 1` places for edges.
    pub(super) unsafe fn move_edges(self, from: usize, target: Self, to: usize, count: usize) {
        debug_assert!(from + count <= CAPACITY + 1 && to + count <= CAPACITY + 1);
        // SAFETY: by `# Safety` (1).
        let source = unsafe { self.edges() };
        // SAFETY: by `# Safety` (1).
        let destination = unsafe { target.edges() };
        // SAFETY: by `# Safety` (2).
        unsafe { relocate(source, from, destination, to, count) };
    }

    /// Moves the elements from index `from` on, and the edges to the right of each, to the front of `target`. The first
    /// edge of an internal `target` is left to the caller.
    ///
    /// # Safety
    ///
    /// 1. `from` is at most the length.
    /// 2. `target` has the same height and no element. It has no edge, or only the first.
    pub(super) unsafe fn move_tail(self, from: usize, target: Self) {
        let count = self.len() - from;
        // SAFETY: by `# Safety` (1) and invariant 2 of `Tree` the elements are initialised, and any node has room for
        // them.
        unsafe { self.move_elements(from, target, 0, count) };
        // SAFETY: the first `from` elements remain.
        unsafe { self.set_len(from) };
        // SAFETY: `count` elements have been moved to the front of `target`.
        unsafe { target.set_len(count) };
        if self.height() > 0 {
            // SAFETY: by invariant 3 of `Tree` the edges are initialised, and any internal node has room for them.
            unsafe { self.move_edges(from + 1, target, 1, count) };
            // SAFETY: these edges have just been moved there.
            unsafe { target.link_children(1, count) };
        }
    }

    /// Removes the first `count` elements and edges, which have already been moved or freed, and moves the others to
    /// the front.
    ///
    /// # Safety
    ///
    /// 1. `count` is at most the length.
    /// 2. The other elements and edges are initialised, as invariants 2 and 3 of [`Tree`](super::tree::Tree) require.
    pub(super) unsafe fn close_gap(self, count: usize) {
        let len = self.len() - count;
        // SAFETY: by `# Safety` (1) and (2).
        unsafe { self.move_elements(count, self, 0, len) };
        // SAFETY: `len` elements have been moved to the front.
        unsafe { self.set_len(len) };
        if self.height() > 0 {
            // SAFETY: by `# Safety` (1) and (2) the edges from `count` on are initialised, which are `len + 1`.
            unsafe { self.move_edges(count, self, 0, len + 1) };
            // SAFETY: these edges have just been moved there.
            unsafe { self.link_children(0, len) };
        }
    }
}
