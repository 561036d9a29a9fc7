//! Trees whose elements are taken out in order.

use core::mem;

use super::balance::Border;
use super::node::Node;
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;

impl<K, V> Edge<K, V> {
    /// Takes the element to the right of this leaf edge, and moves the edge behind it. Frees the nodes that lie wholly
    /// to the left of the new edge.
    ///
    /// # Safety
    ///
    /// 1. The nodes come from `allocator`.
    /// 2. There is an element to the right of the edge.
    /// 3. The elements to the left of the edge have been taken, and the nodes that lie wholly to the left of it freed.
    #[inline]
    unsafe fn take_next<A: Allocator>(&mut self, allocator: &A) -> (K, V) {
        let Self { mut node, mut index } = *self;
        while index >= node.len() {
            // SAFETY: by `# Safety` (2) there is an element further right, so this is not the root.
            let (parent, at) = unsafe { node.parent().unwrap_unchecked() };
            // SAFETY: by `# Safety` (1). All elements and children of the node lie to the left of the edge, so by (3)
            // it is no longer used.
            unsafe { node.free(allocator) };
            (node, index) = (parent, at);
        }
        // SAFETY: there is an element at `index`. It is to the left of the edge from now on, so it is not used again.
        let element = unsafe { node.read(index) };
        // SAFETY: there is an element in the slot.
        *self = unsafe { Slot { node, index }.next_leaf_edge() };
        element
    }
}

impl<K, V> Node<K, V> {
    /// Frees this leaf, all nodes to the right of it and its ancestors, without dropping elements.
    ///
    /// # Safety
    ///
    /// 1. The nodes come from `allocator`, and are not used again.
    /// 2. The nodes wholly to the left of this leaf have already been freed.
    unsafe fn free_rest<A: Allocator>(self, allocator: &A) {
        let mut node = self;
        loop {
            let parent = node.parent();
            // SAFETY: by `# Safety` (1).
            unsafe { node.free(allocator) };
            let Some((above, index)) = parent else { return };
            node = above;
            if index < node.len() {
                // SAFETY: by invariant 3 of `Tree`. The children from `index + 1` on have not been freed yet.
                node = unsafe { node.child(index + 1) }.first_leaf();
            }
        }
    }
}

/// A tree whose elements are taken from both ends.
///
/// # Invariants
///
/// 1. If there are nodes, `front` is the leaf edge to the left of the first remaining element, or still the first edge
///    of the root. The elements to its left have been taken, and the nodes that lie wholly to its left freed. To its
///    right the invariants of [`Tree`] hold, except 5.
/// 2. Elements and edges that were taken at the back are cut off: they are beyond the lengths of their nodes. `back` is
///    the last leaf or still the root.
/// 3. `len` elements are to the right of `front`.
pub(super) struct OwnedTree<K, V> {
    front: Option<Edge<K, V>>,
    back: Option<Node<K, V>>,
    pub(super) len: usize,
}

// SAFETY: it owns its nodes and elements, as a `Tree` does.
unsafe impl<K: Send, V: Send> Send for OwnedTree<K, V> {}
// SAFETY: a shared reference gives only shared references to the elements.
unsafe impl<K: Sync, V: Sync> Sync for OwnedTree<K, V> {}

impl<K, V> OwnedTree<K, V> {
    pub(super) fn new(tree: Tree<K, V>) -> Self {
        Self { front: tree.root.map(|node| Edge { node, index: 0 }), back: tree.root, len: tree.len }
    }

    /// Removes and returns the first element.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    #[inline]
    pub(super) unsafe fn next<A: Allocator>(&mut self, allocator: &A) -> Option<(K, V)> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: by invariant 3 there was an element, so by invariant 1 `front` is an edge.
        let front = unsafe { self.front.as_mut().unwrap_unchecked() };
        // SAFETY: by invariant 1 the edge lies in its node.
        *front = unsafe { front.first_leaf_edge() };
        // SAFETY: by `# Safety` of this fn, and by invariants 1 and 3.
        Some(unsafe { front.take_next(allocator) })
    }

    /// Removes and returns the last element.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    #[inline]
    pub(super) unsafe fn next_back<A: Allocator>(&mut self, allocator: &A) -> Option<(K, V)> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: by invariant 3 there was an element, so there is a node.
        let mut node = unsafe { self.back.unwrap_unchecked() }.last_leaf();
        let mut len = node.len();
        while len == 0 {
            // SAFETY: by invariant 3 there was an element further left, so this is not the root.
            let (parent, at) = unsafe { node.parent().unwrap_unchecked() };
            // SAFETY: by `# Safety` of this fn. Nothing is left in the node, and the edge to it is cut off below.
            unsafe { node.free(allocator) };
            (node, len) = (parent, at);
        }
        // SAFETY: this is the last element. It has not been taken at the front, since by invariant 3 `front` is to its
        // left. It is cut off below.
        let element = unsafe { node.read(len - 1) };
        // SAFETY: the element has been read, and the node to the right of it, if any, has been freed.
        unsafe { node.set_len(len - 1) };
        self.back = Some(node.last_leaf());
        Some(element)
    }

    /// Returns the leaf edges before the first and behind the last remaining element.
    pub(super) fn ends(&self) -> Option<(Edge<K, V>, Edge<K, V>)> {
        let (front, back) = (self.front?, self.back?);
        // SAFETY: by invariant 1 the edge lies in its node.
        Some((unsafe { front.first_leaf_edge() }, back.last_leaf_edge()))
    }

    /// Drops the remaining elements, and frees all nodes.
    ///
    /// If the drop of an element panics, the others are still dropped.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    pub(super) unsafe fn clear<A: Allocator>(&mut self, allocator: &A) {
        struct DropGuard<'t, K, V, A: Allocator>(&'t mut OwnedTree<K, V>, &'t A);
        impl<K, V, A: Allocator> Drop for DropGuard<'_, K, V, A> {
            fn drop(&mut self) {
                // SAFETY: by `# Safety` of `clear`.
                unsafe { self.0.clear(self.1) };
            }
        }

        if mem::needs_drop::<(K, V)>() {
            // SAFETY: by `# Safety` of this fn.
            while let Some(element) = unsafe { self.next(allocator) } {
                let guard = DropGuard(self, allocator);
                drop(element);
                mem::forget(guard);
            }
        }
        self.len = 0;
        self.back = None;
        if let Some(front) = self.front.take() {
            // SAFETY: by invariant 1 the edge lies in its node.
            let Edge { node, .. } = unsafe { front.first_leaf_edge() };
            // SAFETY: by `# Safety` of this fn. By invariant 1 the nodes to the left have been freed, and `front` and
            // `back` are reset.
            unsafe { node.free_rest(allocator) };
        }
    }
}

/// A tree from which elements are moved to another. When the donor is dropped, the remaining elements form a tree
/// again.
///
/// # Invariants
///
/// 1. `front` is a leaf edge. The elements to its left have been taken, and the nodes that lie wholly to its left
///    freed. To its right the invariants of [`Tree`] hold, except 5.
/// 2. The length of the tree is the number of elements to the right of `front`.
pub(super) struct Donor<'t, K, V, A: Allocator> {
    tree: &'t mut Tree<K, V>,
    allocator: &'t A,
    front: Edge<K, V>,
}

impl<'t, K, V, A: Allocator> Donor<'t, K, V, A> {
    /// Creates a donor, or returns `None` if the tree has no node.
    ///
    /// # Safety
    ///
    /// The nodes of the tree come from `allocator`.
    pub(super) unsafe fn new(tree: &'t mut Tree<K, V>, allocator: &'t A) -> Option<Self> {
        let front = tree.first_leaf_edge()?;
        Some(Self { tree, allocator, front })
    }

    /// Returns the key of the first remaining element.
    pub(super) fn key(&self) -> Option<&K> {
        if self.tree.len == 0 {
            return None;
        }
        let slot = self.front.next_slot()?;
        // SAFETY: `next_slot` returned the slot of an element. Only `take` moves it out, which borrows the donor
        // exclusively.
        Some(unsafe { slot.key() })
    }

    /// Removes and returns the first remaining element.
    pub(super) fn take(&mut self) -> Option<(K, V)> {
        self.tree.len = self.tree.len.checked_sub(1)?;
        // SAFETY: by `# Safety` of `new`, and by invariants 1 and 2.
        Some(unsafe { self.front.take_next(self.allocator) })
    }
}

impl<K, V, A: Allocator> Drop for Donor<'_, K, V, A> {
    fn drop(&mut self) {
        let Edge { mut node, mut index } = self.front;
        if self.tree.len == 0 {
            self.tree.root = None;
            // SAFETY: by `# Safety` of `new`. No element remains, and the tree forgets its nodes.
            return unsafe { node.free_rest(self.allocator) };
        }
        loop {
            // SAFETY: by invariant 1 the elements and children to the left have been taken and freed, and the others
            // are initialised.
            unsafe { node.close_gap(index) };
            match node.parent() {
                Some((parent, at)) => (node, index) = (parent, at),
                None => break,
            }
        }
        // SAFETY: by `# Safety` of `new`. Only the leftmost nodes have lost elements, so only they may break invariant
        // 5.
        unsafe { self.tree.fill_border(Border::Left, self.allocator) };
    }
}
