//! Insertion, and the splits it leads to.

use super::node::{CAPACITY, Node};
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

/// Nodes for one insertion, linked by their parents: a leaf first, then one of each height above.
///
/// They are allocated before anything is changed, so an allocator that refuses leaves the tree as it was.
pub(super) struct Spare<K, V> {
    first: Option<Node<K, V>>,
}

impl<K, V> Spare<K, V> {
    pub(super) const NONE: Self = Self { first: None };

    /// Allocates a node of each height below `heights`.
    pub(super) fn allocate<A: Allocator>(heights: usize, allocator: &A) -> Result<Self, TryReserveError> {
        let mut spare = Self::NONE;
        for height in (0..heights).rev() {
            match Node::new(height, allocator) {
                Ok(node) => {
                    // SAFETY: the node is in no tree yet.
                    unsafe { node.set_parent(spare.first, 0) };
                    spare.first = Some(node);
                }
                Err(error) => {
                    // SAFETY: the nodes come from `allocator`.
                    unsafe { spare.free(allocator) };
                    return Err(error);
                }
            }
        }
        Ok(spare)
    }

    /// The lowest node that is left, without a parent.
    ///
    /// # Safety
    ///
    /// There is one.
    pub(super) unsafe fn take(&mut self) -> Node<K, V> {
        // SAFETY: by `# Safety` of this fn.
        let node = unsafe { self.first.unwrap_unchecked() };
        self.first = node.parent().map(|(next, _)| next);
        // SAFETY: no edge leads to the node.
        unsafe { node.unlink() };
        node
    }

    /// # Safety
    ///
    /// The nodes come from `allocator`.
    unsafe fn free<A: Allocator>(self, allocator: &A) {
        let mut next = self.first;
        while let Some(node) = next {
            next = node.parent().map(|(above, _)| above);
            // SAFETY: by `# Safety` of this fn; the list has been passed on.
            unsafe { node.free(allocator) };
        }
    }
}

/// The part of a node that moves to a new one.
struct Split {
    /// The index of the element that goes to the parent; all behind it move.
    middle: usize,
    /// The half to insert into, and the index there.
    insertion: Half,
}

enum Half {
    Left(usize),
    Right(usize),
}

impl Split {
    /// A split of a full node that is followed by an insertion at `index`: each half has `MIN_LEN` elements then.
    fn before_insertion(index: usize) -> Self {
        const CENTRE: usize = CAPACITY / 2;
        match index {
            ..CENTRE => Self { middle: CENTRE - 1, insertion: Half::Left(index) },
            CENTRE => Self { middle: CENTRE, insertion: Half::Left(index) },
            _ if index == CENTRE + 1 => Self { middle: CENTRE, insertion: Half::Right(0) },
            _ => Self { middle: CENTRE + 1, insertion: Half::Right(index - (CENTRE + 2)) },
        }
    }
}

impl<K, V> Node<K, V> {
    /// Moves what is behind the element at `middle` to `right`, and takes that element.
    ///
    /// # Safety
    ///
    /// `middle` is less than the length. `right` is a new node of the same height. An edge is missing at its front,
    /// which the element's right edge becomes.
    unsafe fn split(self, middle: usize, right: Self) -> (K, V) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.move_tail(middle + 1, right) };
        if self.height() > 0 {
            // SAFETY: the last edge of the node is right of the element in the middle, which leaves the node below.
            unsafe { self.move_edges(middle + 1, right, 0, 1) };
            // SAFETY: it has come.
            unsafe { right.relink(0, 0) };
        }
        // SAFETY: the element in the middle is now the last.
        let element = unsafe { self.read(middle) };
        // SAFETY: it has been taken, and the edge right of it too.
        unsafe { self.set_len(middle) };
        element
    }
}

impl<K, V> Tree<K, V> {
    /// Inserts an element at a place, which is `None` if there is no node.
    ///
    /// # Safety
    ///
    /// See [`Tree`]. The place is an edge of a leaf.
    #[inline]
    pub(super) unsafe fn insert<A: Allocator>(
        &mut self,
        edge: Option<Edge<K, V>>,
        element: (K, V),
        allocator: &A,
    ) -> Result<Slot<K, V>, TryReserveError> {
        match edge {
            Some(Edge { node, index }) if node.len() < CAPACITY => {
                // SAFETY: by `# Safety` of this fn; the leaf is not full.
                unsafe { node.insert(index, element) };
                self.len += 1;
                Ok(Slot { node, index })
            }
            _ => {
                // SAFETY: by `# Safety` of this fn.
                unsafe { self.allocate_and_insert(edge, element, allocator) }
            }
        }
    }

    /// # Safety
    ///
    /// That of [`insert`](Self::insert).
    #[inline(never)]
    unsafe fn allocate_and_insert<A: Allocator>(
        &mut self,
        edge: Option<Edge<K, V>>,
        element: (K, V),
        allocator: &A,
    ) -> Result<Slot<K, V>, TryReserveError> {
        let spare = Self::reserve(edge, allocator)?;
        // SAFETY: by `# Safety` of this fn; the nodes are for this place.
        Ok(unsafe { self.insert_reserved(edge, element, spare) })
    }

    /// Allocates the nodes that an insertion at a place needs.
    pub(super) fn reserve<A: Allocator>(
        edge: Option<Edge<K, V>>,
        allocator: &A,
    ) -> Result<Spare<K, V>, TryReserveError> {
        let Some(Edge { mut node, .. }) = edge else { return Spare::allocate(1, allocator) };
        let mut heights = 0;
        while node.len() == CAPACITY {
            heights += 1;
            match node.parent() {
                Some((parent, _)) => node = parent,
                None => {
                    // A new root.
                    heights += 1;
                    break;
                }
            }
        }
        Spare::allocate(heights, allocator)
    }

    /// Inserts an element at a place, which is `None` if there is no node.
    ///
    /// # Safety
    ///
    /// See [`Tree`]. The place is an edge of a leaf, and `spare` has been reserved for it since the tree was last
    /// changed.
    pub(super) unsafe fn insert_reserved(
        &mut self,
        edge: Option<Edge<K, V>>,
        element: (K, V),
        mut spare: Spare<K, V>,
    ) -> Slot<K, V> {
        self.len += 1;
        let Some(Edge { node: leaf, index }) = edge else {
            // SAFETY: `reserve` allocated a leaf.
            let node = unsafe { spare.take() };
            // SAFETY: the node is empty.
            unsafe { node.insert(0, element) };
            self.root = Some(node);
            return Slot { node, index: 0 };
        };
        if leaf.len() < CAPACITY {
            // SAFETY: by `# Safety` of this fn; the leaf is not full.
            unsafe { leaf.insert(index, element) };
            return Slot { node: leaf, index };
        }
        let split = Split::before_insertion(index);
        // SAFETY: the leaf is full, so `reserve` allocated another.
        let mut right = unsafe { spare.take() };
        // SAFETY: the leaf is full, and `right` is new.
        let mut up = unsafe { leaf.split(split.middle, right) };
        let slot = match split.insertion {
            Half::Left(index) => Slot { node: leaf, index },
            Half::Right(index) => Slot { node: right, index },
        };
        // SAFETY: both halves have room, and the index is one within the half.
        unsafe { slot.node.insert(slot.index, element) };

        // The node that was split, the element to go up, and the node right of that.
        let mut left = leaf;
        loop {
            let Some((parent, index)) = left.parent() else {
                // SAFETY: the root was full, so `reserve` allocated a new one.
                let root = unsafe { spare.take() };
                // SAFETY: a new internal node, and the old root is one lower.
                unsafe { root.set_first_edge(left) };
                // SAFETY: the root is empty, and `right` has the height of `left`.
                unsafe { root.insert_with_edge(0, up, right) };
                self.root = Some(root);
                return slot;
            };
            if parent.len() < CAPACITY {
                // SAFETY: the parent has room, and `right` has the height of `left`.
                unsafe { parent.insert_with_edge(index, up, right) };
                return slot;
            }
            let split = Split::before_insertion(index);
            // SAFETY: the parent is full, so `reserve` allocated another of its height.
            let other = unsafe { spare.take() };
            // SAFETY: the parent is full, and `other` is new.
            let next = unsafe { parent.split(split.middle, other) };
            let (half, index) = match split.insertion {
                Half::Left(index) => (parent, index),
                Half::Right(index) => (other, index),
            };
            // SAFETY: both halves have room, and `right` has the height of their children.
            unsafe { half.insert_with_edge(index, up, right) };
            (left, up, right) = (parent, next, other);
        }
    }
}
