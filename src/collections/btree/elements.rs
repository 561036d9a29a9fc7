//! Elements and edges, moved within a node and between nodes.
//!
//! Nothing here is an exchange with the user: no function panics, and none drops an element.

use core::ptr::NonNull;

use super::node::{CAPACITY, Node};
use super::position::Slot;

/// Writes `value` at `index`, and moves what is there and behind it up by one.
///
/// # Safety
///
/// The first `len` of `slots` are initialised, there is room for one more, and `index` is at most `len`.
#[inline(always)]
unsafe fn insert<T>(slots: NonNull<T>, len: usize, index: usize, value: T) {
    // SAFETY: by `# Safety` of this fn.
    let slot = unsafe { slots.add(index) };
    // SAFETY: as above.
    let next = unsafe { slot.add(1) };
    // SAFETY: as above.
    unsafe { slot.copy_to(next, len - index) };
    // SAFETY: as above; what was there has been moved.
    unsafe { slot.write(value) };
}

/// Takes the value at `index`, and moves what is behind it down by one.
///
/// # Safety
///
/// The first `len` of `slots` are initialised, and `index` is less than `len`. The last is not used as initialised
/// again.
#[inline(always)]
unsafe fn remove<T>(slots: NonNull<T>, len: usize, index: usize) -> T {
    // SAFETY: by `# Safety` of this fn.
    let slot = unsafe { slots.add(index) };
    // SAFETY: as above.
    let value = unsafe { slot.read() };
    // SAFETY: as above; one past the last at most.
    let next = unsafe { slot.add(1) };
    // SAFETY: as above.
    unsafe { next.copy_to(slot, len - index - 1) };
    value
}

/// Moves `count` values; the two runs may overlap.
///
/// # Safety
///
/// The `count` values of `source` from `from` on are initialised, and `target` has room for as many from `to` on.
unsafe fn relocate<T>(source: NonNull<T>, from: usize, target: NonNull<T>, to: usize, count: usize) {
    // SAFETY: by `# Safety` of this fn.
    let source = unsafe { source.add(from) };
    // SAFETY: as above.
    let target = unsafe { target.add(to) };
    // SAFETY: as above.
    unsafe { source.copy_to(target, count) };
}

impl<K, V> Node<K, V> {
    /// Copies the element at `index` out of the node.
    ///
    /// # Safety
    ///
    /// `index` is less than the length. The element is used as one of the node no more, or the copy is forgotten.
    #[inline(always)]
    pub(super) unsafe fn read(self, index: usize) -> (K, V) {
        // SAFETY: by `# Safety` of this fn.
        let key = unsafe { self.keys().add(index) };
        // SAFETY: as above.
        let value = unsafe { self.values().add(index) };
        // SAFETY: by invariant 2.
        let key = unsafe { key.read() };
        // SAFETY: by invariant 2.
        (key, unsafe { value.read() })
    }

    /// Writes an element without a look at what is there.
    ///
    /// # Safety
    ///
    /// `index` is less than the capacity.
    #[inline(always)]
    pub(super) unsafe fn write(self, index: usize, (key, value): (K, V)) {
        // SAFETY: by `# Safety` of this fn.
        let key_slot = unsafe { self.keys().add(index) };
        // SAFETY: as above.
        let value_slot = unsafe { self.values().add(index) };
        // SAFETY: as above.
        unsafe { key_slot.write(key) };
        // SAFETY: as above.
        unsafe { value_slot.write(value) };
    }

    /// Inserts an element, and leaves the edges to the caller.
    ///
    /// # Safety
    ///
    /// The node is not full, and `index` is at most its length.
    #[inline(always)]
    pub(super) unsafe fn insert(self, index: usize, (key, value): (K, V)) {
        let len = self.len();
        debug_assert!(len < CAPACITY && index <= len);
        // SAFETY: by invariant 2 and `# Safety` of this fn.
        unsafe { insert(self.keys(), len, index, key) };
        // SAFETY: as above.
        unsafe { insert(self.values(), len, index, value) };
        // SAFETY: one more is initialised.
        unsafe { self.set_len(len + 1) };
    }

    /// Appends an element to a leaf, and returns where it is.
    ///
    /// # Safety
    ///
    /// The node is a leaf that is not full.
    #[inline(always)]
    pub(super) unsafe fn push(self, element: (K, V)) -> Slot<K, V> {
        let index = self.len();
        debug_assert!(index < CAPACITY && self.height() == 0);
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.write(index, element) };
        // SAFETY: one more is initialised.
        unsafe { self.set_len(index + 1) };
        Slot { node: self, index }
    }

    /// Gives an internal node without elements its only edge.
    ///
    /// # Safety
    ///
    /// The node is internal and has no element. `child` is a node of a height one less, to which no edge leads.
    pub(super) unsafe fn set_first_edge(self, child: Self) {
        debug_assert_eq!(child.height() + 1, self.height());
        // SAFETY: by `# Safety` of this fn.
        let edges = unsafe { self.edges() };
        // SAFETY: there is room for edges.
        unsafe { edges.write(child) };
        // SAFETY: it has been written.
        unsafe { self.relink(0, 0) };
    }

    /// Inserts an element and the edge right of it into an internal node.
    ///
    /// # Safety
    ///
    /// 1. The node is internal and not full, and `index` is at most its length.
    /// 2. `right` is a node of a height one less, to which no edge leads.
    pub(super) unsafe fn insert_with_edge(self, index: usize, element: (K, V), right: Self) {
        let len = self.len();
        debug_assert_eq!(right.height() + 1, self.height());
        // SAFETY: by `# Safety` (1).
        unsafe { self.insert(index, element) };
        // SAFETY: by `# Safety` (1).
        let edges = unsafe { self.edges() };
        // SAFETY: by invariant 3 there are `len + 1`, and there is room for one more than `CAPACITY`.
        unsafe { insert(edges, len + 1, index + 1, right) };
        // SAFETY: these are initialised.
        unsafe { self.relink(index + 1, len + 1) };
    }

    /// Appends an element and the edge right of it to an internal node, and returns where the element is.
    ///
    /// # Safety
    ///
    /// 1. The node is internal and not full.
    /// 2. `right` is a node of a height one less, to which no edge leads.
    #[inline]
    pub(super) unsafe fn push_with_edge(self, element: (K, V), right: Self) -> Slot<K, V> {
        let index = self.len();
        debug_assert!(index < CAPACITY && right.height() + 1 == self.height());
        // SAFETY: by `# Safety` (1).
        unsafe { self.write(index, element) };
        // SAFETY: by `# Safety` (1).
        let edges = unsafe { self.edges() };
        // SAFETY: there is room for one edge more than `CAPACITY`.
        let edge = unsafe { edges.add(index + 1) };
        // SAFETY: as above.
        unsafe { edge.write(right) };
        // SAFETY: this is what invariant 3 demands, by `# Safety` (2).
        unsafe { right.set_parent(Some(self), index + 1) };
        // SAFETY: one more of each is initialised.
        unsafe { self.set_len(index + 1) };
        Slot { node: self, index }
    }

    /// Removes an element, and leaves the edges to the caller.
    ///
    /// # Safety
    ///
    /// `index` is less than the length.
    #[inline(always)]
    pub(super) unsafe fn remove(self, index: usize) -> (K, V) {
        let len = self.len();
        debug_assert!(index < len);
        // SAFETY: by invariant 2 and `# Safety` of this fn.
        let key = unsafe { remove(self.keys(), len, index) };
        // SAFETY: as above.
        let value = unsafe { remove(self.values(), len, index) };
        // SAFETY: one less is initialised.
        unsafe { self.set_len(len - 1) };
        (key, value)
    }

    /// Removes an element and the edge right of it from an internal node.
    ///
    /// # Safety
    ///
    /// The node is internal, and `index` is less than its length.
    pub(super) unsafe fn remove_with_edge(self, index: usize) -> (K, V) {
        let len = self.len();
        // SAFETY: by `# Safety` of this fn.
        let element = unsafe { self.remove(index) };
        // SAFETY: as above.
        let edges = unsafe { self.edges() };
        // SAFETY: by invariant 3 there were `len + 1`.
        unsafe { remove(edges, len + 1, index + 1) };
        // SAFETY: these are left. The range is empty if the last edge went.
        unsafe { self.relink(index + 1, len - 1) };
        element
    }

    /// Moves `count` elements from index `from` on to index `to` of `target`, which may be the same node. The lengths
    /// stay.
    ///
    /// # Safety
    ///
    /// The elements are initialised, and both runs lie within the capacity.
    #[inline(always)]
    pub(super) unsafe fn move_elements(self, from: usize, target: Self, to: usize, count: usize) {
        debug_assert!(from + count <= CAPACITY && to + count <= CAPACITY);
        // SAFETY: by `# Safety` of this fn.
        unsafe { relocate(self.keys(), from, target.keys(), to, count) };
        // SAFETY: as above.
        unsafe { relocate(self.values(), from, target.values(), to, count) };
    }

    /// Moves `count` edges from index `from` on to index `to` of `target`, which may be the same node. The children are
    /// not told.
    ///
    /// # Safety
    ///
    /// Both nodes are internal, the edges are initialised, and both runs lie within the room for edges.
    pub(super) unsafe fn move_edges(self, from: usize, target: Self, to: usize, count: usize) {
        debug_assert!(from + count <= CAPACITY + 1 && to + count <= CAPACITY + 1);
        // SAFETY: by `# Safety` of this fn.
        let source = unsafe { self.edges() };
        // SAFETY: as above.
        let room = unsafe { target.edges() };
        // SAFETY: as above.
        unsafe { relocate(source, from, room, to, count) };
    }

    /// Moves the elements from index `from` on, and the edges right of them, to the front of `target`, whose first
    /// edge, if it has any, is the caller's business.
    ///
    /// # Safety
    ///
    /// `from` is at most the length. `target` has the same height, no element, and no edge right of one.
    pub(super) unsafe fn move_tail(self, from: usize, target: Self) {
        let count = self.len() - from;
        // SAFETY: by `# Safety` of this fn and invariant 2.
        unsafe { self.move_elements(from, target, 0, count) };
        // SAFETY: that many are left.
        unsafe { self.set_len(from) };
        // SAFETY: that many have come.
        unsafe { target.set_len(count) };
        if self.height() > 0 {
            // SAFETY: by invariant 3.
            unsafe { self.move_edges(from + 1, target, 1, count) };
            // SAFETY: these have come.
            unsafe { target.relink(1, count) };
        }
    }

    /// Drops the first `count` elements and edges from the node, without a look at them: they have been moved or freed.
    ///
    /// # Safety
    ///
    /// `count` is at most the length. What else is in the node is initialised as invariants 2 and 3 demand.
    pub(super) unsafe fn close_gap(self, count: usize) {
        let len = self.len() - count;
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.move_elements(count, self, 0, len) };
        // SAFETY: that many are left.
        unsafe { self.set_len(len) };
        if self.height() > 0 {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.move_edges(count, self, 0, len + 1) };
            // SAFETY: these are left.
            unsafe { self.relink(0, len) };
        }
    }
}
