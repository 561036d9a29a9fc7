//! The elements between two places: what borrowing iterators are made of.

use core::marker::PhantomData;

use super::position::{Edge, Slot};
use super::tree::Tree;

/// The elements between two places.
///
/// `B` is the borrow of the elements, `&'a (K, V)` or `&'a mut (K, V)`: it decides the lifetime, the variance, and what
/// threads may do.
///
/// # Invariants
///
/// `front` and `back` are edges of leaves in one tree, which does not change during the borrow, and `front` is not
/// behind `back`. Or there are none.
pub(super) struct EdgeRange<B, K, V> {
    front: Option<Edge<K, V>>,
    back: Option<Edge<K, V>>,
    borrow: PhantomData<B>,
}

// SAFETY: the range is used as the borrow is.
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
        // SAFETY: there is an element between the two.
        Some(unsafe { self.front.as_mut()?.pass_next() })
    }

    #[inline]
    pub(super) fn next_back(&mut self) -> Option<Slot<K, V>> {
        if self.front == self.back {
            return None;
        }
        // SAFETY: there is an element between the two.
        Some(unsafe { self.back.as_mut()?.pass_previous() })
    }

    /// The same elements, to look at.
    pub(super) fn shared(&self) -> EdgeRange<&(K, V), K, V> {
        EdgeRange { front: self.front, back: self.back, borrow: PhantomData }
    }
}

impl<K, V> Clone for EdgeRange<&(K, V), K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

/// All elements of a tree that are left, counted.
///
/// `B` is as in [`EdgeRange`].
///
/// # Invariants
///
/// `front` and `back` are places in one tree, which does not change during the borrow. `len` elements are between them.
/// Each is an edge of a leaf, or one of the root that stands for the first or the last place below until it is used.
pub(super) struct CountedRange<B, K, V> {
    front: Option<Edge<K, V>>,
    back: Option<Edge<K, V>>,
    pub(super) len: usize,
    borrow: PhantomData<B>,
}

// SAFETY: the range is used as the borrow is.
unsafe impl<B: Send, K, V> Send for CountedRange<B, K, V> {}
// SAFETY: as above.
unsafe impl<B: Sync, K, V> Sync for CountedRange<B, K, V> {}

impl<B, K, V> CountedRange<B, K, V> {
    pub(super) const EMPTY: Self = Self { front: None, back: None, len: 0, borrow: PhantomData };

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
        // SAFETY: there is an element, so there is a node.
        let front = unsafe { self.front.as_mut().unwrap_unchecked() };
        // SAFETY: an edge within its node.
        *front = unsafe { front.first_below() };
        // SAFETY: there is an element between the two.
        Some(unsafe { front.pass_next() })
    }

    #[inline]
    pub(super) fn next_back(&mut self) -> Option<Slot<K, V>> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: there is an element, so there is a node.
        let back = unsafe { self.back.as_mut().unwrap_unchecked() };
        // SAFETY: an edge within its node.
        *back = unsafe { back.last_below() };
        // SAFETY: there is an element between the two.
        Some(unsafe { back.pass_previous() })
    }

    /// The same elements, to look at.
    pub(super) fn shared(&self) -> CountedRange<&(K, V), K, V> {
        CountedRange { front: self.front, back: self.back, len: self.len, borrow: PhantomData }
    }
}

impl<K, V> Clone for CountedRange<&(K, V), K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}
