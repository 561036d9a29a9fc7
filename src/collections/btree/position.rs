//! Positions in a tree, and the way from one to the next.

use core::fmt;

use super::node::Node;

/// A place between elements of a node: left of the element at `index`, if there is one.
///
/// An edge of a leaf stands for one place in the tree, and there is one such edge for each place. An edge of an
/// internal node stands for all places below it.
pub(super) struct Edge<K, V> {
    pub(super) node: Node<K, V>,
    /// At most the length of the node.
    pub(super) index: usize,
}

/// The place of an element.
pub(super) struct Slot<K, V> {
    pub(super) node: Node<K, V>,
    /// Less than the length of the node.
    pub(super) index: usize,
}

impl<K, V> Node<K, V> {
    /// The first place in the tree below.
    #[inline]
    pub(super) fn first_edge(self) -> Edge<K, V> {
        Edge { node: self.first_leaf(), index: 0 }
    }

    /// The last place in the tree below.
    #[inline]
    pub(super) fn last_edge(self) -> Edge<K, V> {
        let node = self.last_leaf();
        Edge { node, index: node.len() }
    }
}

impl<K, V> Edge<K, V> {
    /// The first place that the edge stands for, as an edge of a leaf.
    ///
    /// # Safety
    ///
    /// `index` is at most the length of the node.
    #[inline(always)]
    pub(super) unsafe fn first_below(self) -> Self {
        if self.node.height() == 0 {
            return self;
        }
        // SAFETY: by `# Safety` of this fn and invariant 3.
        unsafe { self.node.child(self.index) }.first_edge()
    }

    /// The last place that the edge stands for, as an edge of a leaf.
    ///
    /// # Safety
    ///
    /// `index` is at most the length of the node.
    #[inline(always)]
    pub(super) unsafe fn last_below(self) -> Self {
        if self.node.height() == 0 {
            return self;
        }
        // SAFETY: by `# Safety` of this fn and invariant 3.
        unsafe { self.node.child(self.index) }.last_edge()
    }

    /// The element right of a place, unless it is the last place in the tree.
    #[inline]
    pub(super) fn next(self) -> Option<Slot<K, V>> {
        let Self { mut node, mut index } = self;
        while index >= node.len() {
            (node, index) = node.parent()?;
        }
        Some(Slot { node, index })
    }

    /// The element left of a place, unless it is the first place in the tree.
    #[inline]
    pub(super) fn previous(self) -> Option<Slot<K, V>> {
        let Self { mut node, mut index } = self;
        while index == 0 {
            (node, index) = node.parent()?;
        }
        Some(Slot { node, index: index - 1 })
    }

    /// Moves a place of a leaf over the element right of it, which it returns.
    ///
    /// # Safety
    ///
    /// The node is a leaf. There is an element right of the place.
    #[inline(always)]
    pub(super) unsafe fn pass_next(&mut self) -> Slot<K, V> {
        let Self { node, index } = *self;
        if index < node.len() {
            self.index = index + 1;
            return Slot { node, index };
        }
        // SAFETY: by `# Safety` of this fn.
        let slot = unsafe { self.next().unwrap_unchecked() };
        // SAFETY: the slot of an element.
        *self = unsafe { slot.right() };
        slot
    }

    /// Moves a place of a leaf over the element left of it, which it returns.
    ///
    /// # Safety
    ///
    /// The node is a leaf. There is an element left of the place.
    #[inline(always)]
    pub(super) unsafe fn pass_previous(&mut self) -> Slot<K, V> {
        let Self { node, index } = *self;
        if index > 0 {
            self.index = index - 1;
            return Slot { node, index: index - 1 };
        }
        // SAFETY: by `# Safety` of this fn.
        let slot = unsafe { self.previous().unwrap_unchecked() };
        // SAFETY: the slot of an element.
        *self = unsafe { slot.left() };
        slot
    }
}

impl<K, V> Slot<K, V> {
    /// The place right of the element, as an edge of a leaf.
    ///
    /// # Safety
    ///
    /// There is an element in the slot.
    #[inline]
    pub(super) unsafe fn right(self) -> Edge<K, V> {
        // SAFETY: by `# Safety` of this fn, the index is at most the length.
        unsafe { Edge { node: self.node, index: self.index + 1 }.first_below() }
    }

    /// The place left of the element, as an edge of a leaf.
    ///
    /// # Safety
    ///
    /// There is an element in the slot.
    #[inline]
    pub(super) unsafe fn left(self) -> Edge<K, V> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Edge { node: self.node, index: self.index }.last_below() }
    }

    /// The key.
    ///
    /// # Safety
    ///
    /// There is an element in the slot, and during `'t` nobody moves, drops or changes its key.
    #[inline(always)]
    pub(super) unsafe fn key<'t>(self) -> &'t K {
        // SAFETY: by `# Safety` of this fn.
        let key = unsafe { self.node.keys().add(self.index) };
        // SAFETY: by `# Safety` of this fn and invariant 2.
        unsafe { key.as_ref() }
    }

    /// The key.
    ///
    /// # Safety
    ///
    /// There is an element in the slot, and during `'t` its key is used through this reference only.
    pub(super) unsafe fn key_mut<'t>(self) -> &'t mut K {
        // SAFETY: by `# Safety` of this fn.
        let mut key = unsafe { self.node.keys().add(self.index) };
        // SAFETY: by `# Safety` of this fn and invariant 2.
        unsafe { key.as_mut() }
    }

    /// The value.
    ///
    /// # Safety
    ///
    /// There is an element in the slot, and during `'t` nobody moves, drops or changes its value.
    #[inline(always)]
    pub(super) unsafe fn value<'t>(self) -> &'t V {
        // SAFETY: by `# Safety` of this fn.
        let value = unsafe { self.node.values().add(self.index) };
        // SAFETY: by `# Safety` of this fn and invariant 2.
        unsafe { value.as_ref() }
    }

    /// The value.
    ///
    /// # Safety
    ///
    /// There is an element in the slot, and during `'t` its value is used through this reference only.
    #[inline(always)]
    pub(super) unsafe fn value_mut<'t>(self) -> &'t mut V {
        // SAFETY: by `# Safety` of this fn.
        let mut value = unsafe { self.node.values().add(self.index) };
        // SAFETY: by `# Safety` of this fn and invariant 2.
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
