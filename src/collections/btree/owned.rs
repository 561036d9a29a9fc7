//! Elements, taken out of a tree in order.

use core::mem;

use super::balance::Border;
use super::node::Node;
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;

impl<K, V> Edge<K, V> {
    /// Takes the element right of a place of a leaf, and moves behind it. Nodes in which nothing is left are freed.
    ///
    /// # Safety
    ///
    /// 1. The nodes come from `allocator`. There is an element right of the place.
    /// 2. What is left of the place is no longer used: its elements have been taken, and the nodes that are wholly left
    ///    of it freed.
    #[inline]
    unsafe fn take_next<A: Allocator>(&mut self, allocator: &A) -> (K, V) {
        let Self { mut node, mut index } = *self;
        while index >= node.len() {
            // SAFETY: by `# Safety` (1) there is an element further right, so this is not the root.
            let (parent, at) = unsafe { node.parent().unwrap_unchecked() };
            // SAFETY: all of its elements and children are left of the place.
            unsafe { node.free(allocator) };
            (node, index) = (parent, at);
        }
        // SAFETY: the element is not used again: it is left of the place now.
        let element = unsafe { node.read(index) };
        // SAFETY: the slot of an element.
        *self = unsafe { Slot { node, index }.right() };
        element
    }
}

impl<K, V> Node<K, V> {
    /// Frees this leaf and all nodes right of it and above it, and drops no element.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`. Nodes left of this have been freed, and none is used again.
    unsafe fn free_rest<A: Allocator>(self, allocator: &A) {
        let mut node = self;
        loop {
            let parent = node.parent();
            // SAFETY: by `# Safety` of this fn.
            unsafe { node.free(allocator) };
            let Some((above, index)) = parent else { return };
            node = above;
            if index < node.len() {
                // SAFETY: by invariant 3; all children left of it have been freed.
                node = unsafe { node.child(index + 1) }.first_leaf();
            }
        }
    }
}

/// A tree that is emptied from both ends.
///
/// # Invariants
///
/// 1. If there are nodes, `front` is a place in the first leaf that is left, or the first place as an edge of the root.
///    The elements left of it have been taken, and the nodes that are wholly left of it freed. The invariants of a tree
///    hold to its right, except 5.
/// 2. What has been taken at the back is cut off: the lengths of the nodes tell of nothing that is gone. `back` is the
///    last leaf or the root.
/// 3. `len` elements are right of `front`.
pub(super) struct OwnedTree<K, V> {
    front: Option<Edge<K, V>>,
    back: Option<Node<K, V>>,
    pub(super) len: usize,
}

// SAFETY: it owns what a tree owns.
unsafe impl<K: Send, V: Send> Send for OwnedTree<K, V> {}
// SAFETY: shared, it gives shared references only.
unsafe impl<K: Sync, V: Sync> Sync for OwnedTree<K, V> {}

impl<K, V> OwnedTree<K, V> {
    pub(super) fn new(tree: Tree<K, V>) -> Self {
        Self { front: tree.root.map(|node| Edge { node, index: 0 }), back: tree.root, len: tree.len }
    }

    /// Takes the first element.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    #[inline]
    pub(super) unsafe fn next<A: Allocator>(&mut self, allocator: &A) -> Option<(K, V)> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: there was an element, so there is a node.
        let front = unsafe { self.front.as_mut().unwrap_unchecked() };
        // SAFETY: an edge within the node.
        *front = unsafe { front.first_below() };
        // SAFETY: by invariants 1 and 3.
        Some(unsafe { front.take_next(allocator) })
    }

    /// Takes the last element.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    #[inline]
    pub(super) unsafe fn next_back<A: Allocator>(&mut self, allocator: &A) -> Option<(K, V)> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: there was an element, so there is a node.
        let mut node = unsafe { self.back.unwrap_unchecked() }.last_leaf();
        let mut len = node.len();
        while len == 0 {
            // SAFETY: there was an element further left, so this is not the root.
            let (parent, at) = unsafe { node.parent().unwrap_unchecked() };
            // SAFETY: nothing is left in it, and the edge to it is cut off below.
            unsafe { node.free(allocator) };
            (node, len) = (parent, at);
        }
        // SAFETY: the last element that is left; it is cut off below. If the front had passed it, no element would be
        // left.
        let element = unsafe { node.read(len - 1) };
        // SAFETY: the element and the edge right of it are gone.
        unsafe { node.set_len(len - 1) };
        self.back = Some(node.last_leaf());
        Some(element)
    }

    /// The place before the first element that is left and that behind the last, as edges of leaves.
    pub(super) fn ends(&self) -> Option<(Edge<K, V>, Edge<K, V>)> {
        let (front, back) = (self.front?, self.back?);
        // SAFETY: an edge within the node.
        Some((unsafe { front.first_below() }, back.last_edge()))
    }

    /// Drops the elements that are left, and frees the nodes.
    ///
    /// If the drop of an element panics, the others are dropped nevertheless.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    pub(super) unsafe fn clear<A: Allocator>(&mut self, allocator: &A) {
        struct Rest<'t, K, V, A: Allocator>(&'t mut OwnedTree<K, V>, &'t A);
        impl<K, V, A: Allocator> Drop for Rest<'_, K, V, A> {
            fn drop(&mut self) {
                // SAFETY: by `# Safety` of `clear`.
                unsafe { self.0.clear(self.1) };
            }
        }

        if mem::needs_drop::<(K, V)>() {
            // SAFETY: by `# Safety` of this fn.
            while let Some(element) = unsafe { self.next(allocator) } {
                let rest = Rest(self, allocator);
                drop(element);
                mem::forget(rest);
            }
        }
        self.len = 0;
        self.back = None;
        if let Some(front) = self.front.take() {
            // SAFETY: an edge within the node.
            let Edge { node, .. } = unsafe { front.first_below() };
            // SAFETY: by `# Safety` of this fn, and invariants 1 and 2.
            unsafe { node.free_rest(allocator) };
        }
    }
}

/// A tree from which elements move to another. What is not taken stays.
///
/// # Invariants
///
/// Those of [`OwnedTree`] at the front, with `front` as an edge of a leaf. The drop makes it a tree again.
pub(super) struct Donor<'t, K, V, A: Allocator> {
    tree: &'t mut Tree<K, V>,
    allocator: &'t A,
    front: Edge<K, V>,
}

impl<'t, K, V, A: Allocator> Donor<'t, K, V, A> {
    /// `None` if the tree has no node.
    ///
    /// # Safety
    ///
    /// `allocator` is the one of the tree.
    pub(super) unsafe fn new(tree: &'t mut Tree<K, V>, allocator: &'t A) -> Option<Self> {
        let front = tree.first_edge()?;
        Some(Self { tree, allocator, front })
    }

    /// The key of the first element that is left.
    pub(super) fn key(&self) -> Option<&K> {
        if self.tree.len == 0 {
            return None;
        }
        let slot = self.front.next()?;
        // SAFETY: the element is there until it is taken, for which the donor is borrowed exclusively.
        Some(unsafe { slot.key() })
    }

    /// Takes the first element that is left.
    pub(super) fn take(&mut self) -> Option<(K, V)> {
        self.tree.len = self.tree.len.checked_sub(1)?;
        // SAFETY: there is an element; the invariants, and `# Safety` of `new`.
        Some(unsafe { self.front.take_next(self.allocator) })
    }
}

impl<K, V, A: Allocator> Drop for Donor<'_, K, V, A> {
    fn drop(&mut self) {
        let Edge { mut node, mut index } = self.front;
        if self.tree.len == 0 {
            self.tree.root = None;
            // SAFETY: nothing is left; `# Safety` of `new`.
            return unsafe { node.free_rest(self.allocator) };
        }
        loop {
            // SAFETY: what is left of the place has been taken and freed.
            unsafe { node.close_gap(index) };
            match node.parent() {
                Some((parent, at)) => (node, index) = (parent, at),
                None => break,
            }
        }
        // SAFETY: only the leftmost nodes have lost elements; `# Safety` of `new`.
        unsafe { self.tree.fill_border(Border::Left, self.allocator) };
    }
}
