//! Ranges of elements between two edges, which the borrowing iterators are built on.

use core::marker::PhantomData;

use super::position::{Edge, Slot};
use super::tree::Tree;

/// The elements between two leaf edges.
///
/// `B` is the type of the borrow, `&'a (K, V)` or `&'a mut (K, V)`. It determines the lifetime, the variance and the
/// auto traits.
///
/// # Invariants
///
/// 1. `front` and `back` are leaf edges of one tree, or both are `None`.
/// 2. `front` is not behind `back`.
/// 3. The tree does not change as long as `B` lasts.
pub(super) struct EdgeRange<B, K, V> {
    front: Option<Edge<K, V>>,
    back: Option<Edge<K, V>>,
    borrow: PhantomData<B>,
}

// SAFETY: the range gives access to the elements, as the borrow `B` does.
unsafe impl<B: Send, K, V> Send for EdgeRange<B, K, V> {}
// SAFETY: as above.
unsafe impl<B: Sync, K, V> Sync for EdgeRange<B, K, V> {}

impl<B, K, V> EdgeRange<B, K, V> {
    pub(super) const EMPTY: Self = Self { front: None, back: None, borrow: PhantomData };

    /// # Safety
    ///
    /// The invariants hold as long as `B` lasts.
    pub(super) unsafe fn new((front, back): (Edge<K, V>, Edge<K, V>)) -> Self {
        Self { front: Some(front), back: Some(back), borrow: PhantomData }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<Slot<K, V>> {
        if self.front == self.back {
            return None;
        }
        // SAFETY: by invariants 1 and 2 there is an element between two edges that differ.
        Some(unsafe { self.front.as_mut()?.advance() })
    }

    #[inline]
    pub(super) fn next_back(&mut self) -> Option<Slot<K, V>> {
        if self.front == self.back {
            return None;
        }
        // SAFETY: by invariants 1 and 2 there is an element between two edges that differ.
        Some(unsafe { self.back.as_mut()?.retreat() })
    }

    /// Returns the same range as a shared borrow.
    pub(super) fn shared(&self) -> EdgeRange<&(K, V), K, V> {
        EdgeRange { front: self.front, back: self.back, borrow: PhantomData }
    }
}

impl<K, V> Clone for EdgeRange<&(K, V), K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

/// The remaining elements of a tree, and their number.
///
/// [`EdgeRange`] explains `B`.
///
/// # Invariants
///
/// 1. `front` and `back` are edges of one tree. They are `None` only if the tree has no node.
/// 2. Each is a leaf edge, or it is still the first or last edge of the root. Its first use replaces that by the leaf
///    edge that it stands for.
/// 3. `len` elements lie between them.
/// 4. The tree does not change as long as `B` lasts.
pub(super) struct CountedRange<B, K, V> {
    front: Option<Edge<K, V>>,
    back: Option<Edge<K, V>>,
    pub(super) len: usize,
    borrow: PhantomData<B>,
}

// SAFETY: the range gives access to the elements, as the borrow `B` does.
unsafe impl<B: Send, K, V> Send for CountedRange<B, K, V> {}
// SAFETY: as above.
unsafe impl<B: Sync, K, V> Sync for CountedRange<B, K, V> {}

impl<B, K, V> CountedRange<B, K, V> {
    pub(super) const EMPTY: Self = Self { front: None, back: None, len: 0, borrow: PhantomData };

    /// Returns the range of all elements of `tree`.
    ///
    /// # Safety
    ///
    /// The tree does not change as long as `B` lasts.
    pub(super) unsafe fn all(tree: &Tree<K, V>) -> Self {
        Self {
            front: tree.root.map(|node| Edge { node, index: 0 }),
            back: tree.root.map(|node| Edge { node, index: node.len() }),
            len: tree.len,
            borrow: PhantomData,
        }
    }

    /// Returns the range of the `len` elements between `ends`.
    ///
    /// # Safety
    ///
    /// The invariants hold as long as `B` lasts.
    pub(super) unsafe fn new(ends: Option<(Edge<K, V>, Edge<K, V>)>, len: usize) -> Self {
        let (front, back) = ends.unzip();
        Self { front, back, len, borrow: PhantomData }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<Slot<K, V>> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: by invariant 3 there is an element, so by invariant 1 `front` is an edge.
        let front = unsafe { self.front.as_mut().unwrap_unchecked() };
        // SAFETY: by invariant 1 the edge lies in its node.
        *front = unsafe { front.first_leaf_edge() };
        // SAFETY: this is a leaf edge, and by invariant 3 there is an element to the right of it.
        Some(unsafe { front.advance() })
    }

    #[inline]
    pub(super) fn next_back(&mut self) -> Option<Slot<K, V>> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: by invariant 3 there is an element, so by invariant 1 `back` is an edge.
        let back = unsafe { self.back.as_mut().unwrap_unchecked() };
        // SAFETY: by invariant 1 the edge lies in its node.
        *back = unsafe { back.last_leaf_edge() };
        // SAFETY: this is a leaf edge, and by invariant 3 there is an element to the left of it.
        Some(unsafe { back.retreat() })
    }

    /// Returns the same range as a shared borrow.
    pub(super) fn shared(&self) -> CountedRange<&(K, V), K, V> {
        CountedRange { front: self.front, back: self.back, len: self.len, borrow: PhantomData }
    }
}

impl<K, V> Clone for CountedRange<&(K, V), K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}
