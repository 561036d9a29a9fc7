//! Positions in a tree, and steps from one to the next.

use core::fmt;

use super::node::Node;

/// A position between two elements of a node: to the left of the element at `index`, or behind the last one.
///
/// A leaf edge (an edge in a leaf) is one position in the order of the tree, and each position is exactly one leaf
/// edge. An edge in an internal node stands for all positions in the child's subtree.
pub(super) struct Edge<K, V> {
    pub(super) node: Node<K, V>,
    /// At most the length of the node.
    pub(super) index: usize,
}

/// The position of an element.
pub(super) struct Slot<K, V> {
    pub(super) node: Node<K, V>,
    /// Less than the length of the node.
    pub(super) index: usize,
}

impl<K, V> Node<K, V> {
    /// Returns the first leaf edge of the subtree.
    #[inline]
    pub(super) fn first_leaf_edge(self) -> Edge<K, V> {
        Edge { node: self.first_leaf(), index: 0 }
    }

    /// Returns the last leaf edge of the subtree.
    #[inline]
    pub(super) fn last_leaf_edge(self) -> Edge<K, V> {
        let node = self.last_leaf();
        Edge { node, index: node.len() }
    }
}

impl<K, V> Edge<K, V> {
    /// Returns the first of the leaf edges that this edge stands for. A leaf edge stands for itself.
    ///
    /// # Safety
    ///
    /// `index` is at most the length of the node.
    #[inline(always)]
    pub(super) unsafe fn first_leaf_edge(self) -> Self {
        if self.node.height() == 0 {
            return self;
        }
        // SAFETY: the node is internal, so by invariant 3 of `Tree` it has an edge at each index up to its length.
        unsafe { self.node.child(self.index) }.first_leaf_edge()
    }

    /// Returns the last of the leaf edges that this edge stands for. A leaf edge stands for itself.
    ///
    /// # Safety
    ///
    /// `index` is at most the length of the node.
    #[inline(always)]
    pub(super) unsafe fn last_leaf_edge(self) -> Self {
        if self.node.height() == 0 {
            return self;
        }
        // SAFETY: as in `first_leaf_edge`.
        unsafe { self.node.child(self.index) }.last_leaf_edge()
    }

    /// Returns the slot to the right of this edge, or `None` at the right end of the tree.
    #[inline]
    pub(super) fn next_slot(self) -> Option<Slot<K, V>> {
        let Self { mut node, mut index } = self;
        while index >= node.len() {
            (node, index) = node.parent()?;
        }
        Some(Slot { node, index })
    }

    /// Returns the slot to the left of this edge, or `None` at the left end of the tree.
    #[inline]
    pub(super) fn previous_slot(self) -> Option<Slot<K, V>> {
        let Self { mut node, mut index } = self;
        while index == 0 {
            (node, index) = node.parent()?;
        }
        Some(Slot { node, index: index - 1 })
    }

    /// Moves this leaf edge to the right of the next element, and returns the slot of that element.
    ///
    /// # Safety
    ///
    /// 1. The node is a leaf.
    /// 2. There is an element to the right of the edge.
    #[inline(always)]
    pub(super) unsafe fn advance(&mut self) -> Slot<K, V> {
        let Self { node, index } = *self;
        if index < node.len() {
            self.index = index + 1;
            return Slot { node, index };
        }
        // SAFETY: by `# Safety` (2).
        let slot = unsafe { self.next_slot().unwrap_unchecked() };
        // SAFETY: `next_slot` returned the slot of an element.
        *self = unsafe { slot.next_leaf_edge() };
        slot
    }

    /// Moves this leaf edge to the left of the previous element, and returns the slot of that element.
    ///
    /// # Safety
    ///
    /// 1. The node is a leaf.
    /// 2. There is an element to the left of the edge.
    #[inline(always)]
    pub(super) unsafe fn retreat(&mut self) -> Slot<K, V> {
        let Self { node, index } = *self;
        if index > 0 {
            self.index = index - 1;
            return Slot { node, index: index - 1 };
        }
        // SAFETY: by `# Safety` (2).
        let slot = unsafe { self.previous_slot().unwrap_unchecked() };
        // SAFETY: `previous_slot` returned the slot of an element.
        *self = unsafe { slot.previous_leaf_edge() };
        slot
    }
}

impl<K, V> Slot<K, V> {
    /// Returns the leaf edge directly to the right of the element.
    ///
    /// # Safety
    ///
    /// There is an element in the slot.
    #[inline]
    pub(super) unsafe fn next_leaf_edge(self) -> Edge<K, V> {
        // SAFETY: by `# Safety` of this fn `index` is less than the length.
        unsafe { Edge { node: self.node, index: self.index + 1 }.first_leaf_edge() }
    }

    /// Returns the leaf edge directly to the left of the element.
    ///
    /// # Safety
    ///
    /// There is an element in the slot.
    #[inline]
    pub(super) unsafe fn previous_leaf_edge(self) -> Edge<K, V> {
        // SAFETY: by `# Safety` of this fn `index` is less than the length.
        unsafe { Edge { node: self.node, index: self.index }.last_leaf_edge() }
    }

    /// Returns a shared reference to the key.
    ///
    /// # Safety
    ///
    /// 1. There is an element in the slot.
    /// 2. During `'t` the key is neither moved, dropped nor changed.
    #[inline(always)]
    pub(super) unsafe fn key<'t>(self) -> &'t K {
        // SAFETY: by `# Safety` (1) `index` is less than the capacity.
        let key = unsafe { self.node.keys().add(self.index) };
        // SAFETY: by `# Safety` (1) and invariant 2 of `Tree` the key is initialised, and by (2) it may be borrowed for
        // `'t`.
        unsafe { key.as_ref() }
    }

    /// Returns a mutable reference to the key.
    ///
    /// # Safety
    ///
    /// 1. There is an element in the slot.
    /// 2. During `'t` the key is used through this reference only.
    pub(super) unsafe fn key_mut<'t>(self) -> &'t mut K {
        // SAFETY: by `# Safety` (1) `index` is less than the capacity.
        let mut key = unsafe { self.node.keys().add(self.index) };
        // SAFETY: by `# Safety` (1) and invariant 2 of `Tree` the key is initialised, and by (2) it may be borrowed for
        // `'t`.
        unsafe { key.as_mut() }
    }

    /// Returns a shared reference to the value.
    ///
    /// # Safety
    ///
    /// 1. There is an element in the slot.
    /// 2. During `'t` the value is neither moved, dropped nor changed.
    #[inline(always)]
    pub(super) unsafe fn value<'t>(self) -> &'t V {
        // SAFETY: by `# Safety` (1) `index` is less than the capacity.
        let value = unsafe { self.node.values().add(self.index) };
        // SAFETY: by `# Safety` (1) and invariant 2 of `Tree` the value is initialised, and by (2) it may be borrowed
        // for `'t`.
        unsafe { value.as_ref() }
    }

    /// Returns a mutable reference to the value.
    ///
    /// # Safety
    ///
    /// 1. There is an element in the slot.
    /// 2. During `'t` the value is used through this reference only.
    #[inline(always)]
    pub(super) unsafe fn value_mut<'t>(self) -> &'t mut V {
        // SAFETY: by `# Safety` (1) `index` is less than the capacity.
        let mut value = unsafe { self.node.values().add(self.index) };
        // SAFETY: by `# Safety` (1) and invariant 2 of `Tree` the value is initialised, and by (2) it may be borrowed
        // for `'t`.
        unsafe { value.as_mut() }
    }
}

impl<K, V> Clone for Edge<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Edge<K, V> {}

impl<K, V> PartialEq for Edge<K, V> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.node == other.node
    }
}

impl<K, V> fmt::Debug for Edge<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge").field("node", &self.node).field("index", &self.index).finish()
    }
}

impl<K, V> Clone for Slot<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Slot<K, V> {}

impl<K, V> fmt::Debug for Slot<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("node", &self.node).field("index", &self.index).finish()
    }
}
