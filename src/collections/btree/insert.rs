//! Insertion, and the node splits that it causes.

use super::node::{CAPACITY, Node};
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

/// Nodes allocated in advance for one insertion: one of each height from 0 upwards, linked through their parent fields.
///
/// They are allocated before the tree changes. So if the allocator refuses one, the tree is as before.
pub(super) struct SpareNodes<K, V> {
    first: Option<Node<K, V>>,
}

impl<K, V> SpareNodes<K, V> {
    pub(super) const NONE: Self = Self { first: None };

    /// Allocates one node of each height below `heights`.
    pub(super) fn allocate<A: Allocator>(heights: usize, allocator: &A) -> Result<Self, TryReserveError> {
        let mut spare = Self::NONE;
        for height in (0..heights).rev() {
            match Node::new(height, allocator) {
                Ok(node) => {
                    // SAFETY: no tree contains the node yet, so no invariant is concerned.
                    unsafe { node.set_parent(spare.first, 0) };
                    spare.first = Some(node);
                }
                Err(error) => {
                    // SAFETY: all nodes in `spare` come from `allocator`.
                    unsafe { spare.free(allocator) };
                    return Err(error);
                }
            }
        }
        Ok(spare)
    }

    /// Removes and returns the lowest remaining node, without a parent.
    ///
    /// # Safety
    ///
    /// A node remains.
    pub(super) unsafe fn take(&mut self) -> Node<K, V> {
        // SAFETY: by `# Safety` of this fn.
        let node = unsafe { self.first.unwrap_unchecked() };
        self.first = node.parent().map(|(next, _)| next);
        // SAFETY: no edge leads to the node.
        unsafe { node.clear_parent() };
        node
    }

    /// Frees the remaining nodes.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    unsafe fn free<A: Allocator>(self, allocator: &A) {
        let mut next = self.first;
        while let Some(node) = next {
            next = node.parent().map(|(above, _)| above);
            // SAFETY: by `# Safety` of this fn. `next` is already behind the node, so the node is not used again.
            unsafe { node.free(allocator) };
        }
    }
}

/// The point at which to split a full node before an insertion.
struct SplitPoint {
    /// The index of the element that moves to the parent. The elements behind it move to the right half.
    middle: usize,
    /// The half that the new element goes to, and its index there.
    insertion: Half,
}

enum Half {
    Left(usize),
    Right(usize),
}

impl SplitPoint {
    /// Returns the point at which to split a full node, so that each half has at least `MIN_LEN` elements after the
    /// insertion at `index`.
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
    /// Moves the elements behind index `middle` to `right`, and removes and returns the element at `middle`. In an
    /// internal node the edge to the right of that element becomes the first edge of `right`.
    ///
    /// # Safety
    ///
    /// 1. `middle` is less than the length.
    /// 2. `right` is a new node of the same height, without elements or edges.
    unsafe fn split(self, middle: usize, right: Self) -> (K, V) {
        // SAFETY: by `# Safety` (1) `middle + 1` is at most the length; `right` is empty by (2).
        unsafe { self.move_tail(middle + 1, right) };
        if self.height() > 0 {
            // SAFETY: the edge at `middle + 1` is initialised. It is behind the new length, which is set below.
            unsafe { self.move_edges(middle + 1, right, 0, 1) };
            // SAFETY: the first edge of `right` has just been initialised.
            unsafe { right.link_children(0, 0) };
        }
        // SAFETY: `middle` is now the index of the last element, which is cut off below.
        let element = unsafe { self.read(middle) };
        // SAFETY: the element at `middle` has been read, and the edge to its right has moved.
        unsafe { self.set_len(middle) };
        element
    }
}

impl<K, V> Tree<K, V> {
    /// Inserts an element at an edge, and returns its slot.
    ///
    /// # Safety
    ///
    /// Conditions (1) and (2) of [`Tree`], and:
    ///
    /// 3. `edge` is a leaf edge, or `None` if the tree has no node.
    #[inline]
    pub(super) unsafe fn insert<A: Allocator>(
        &mut self,
        edge: Option<Edge<K, V>>,
        element: (K, V),
        allocator: &A,
    ) -> Result<Slot<K, V>, TryReserveError> {
        match edge {
            Some(Edge { node, index }) if node.len() < CAPACITY => {
                // SAFETY: the leaf is not full, and by `# Safety` (2) `index` is at most its length.
                unsafe { node.insert(index, element) };
                self.len += 1;
                Ok(Slot { node, index })
            }
            _ => {
                // SAFETY: by `# Safety` (1) to (3).
                unsafe { self.allocate_and_insert(edge, element, allocator) }
            }
        }
    }

    /// Inserts an element for which nodes have to be allocated.
    ///
    /// # Safety
    ///
    /// The same as for [`insert`](Self::insert).
    #[inline(never)]
    unsafe fn allocate_and_insert<A: Allocator>(
        &mut self,
        edge: Option<Edge<K, V>>,
        element: (K, V),
        allocator: &A,
    ) -> Result<Slot<K, V>, TryReserveError> {
        let spare = Self::reserve(edge, allocator)?;
        // SAFETY: by `# Safety` of `insert` (2) and (3). The nodes have just been allocated for this edge.
        Ok(unsafe { self.insert_reserved(edge, element, spare) })
    }

    /// Allocates the nodes that an insertion at `edge` needs.
    pub(super) fn reserve<A: Allocator>(
        edge: Option<Edge<K, V>>,
        allocator: &A,
    ) -> Result<SpareNodes<K, V>, TryReserveError> {
        let Some(Edge { mut node, .. }) = edge else { return SpareNodes::allocate(1, allocator) };
        let mut heights = 0;
        while node.len() == CAPACITY {
            heights += 1;
            match node.parent() {
                Some((parent, _)) => node = parent,
                None => {
                    // The root is full too, so a new root is needed above it.
                    heights += 1;
                    break;
                }
            }
        }
        SpareNodes::allocate(heights, allocator)
    }

    /// Inserts an element at an edge, and returns its slot.
    ///
    /// # Safety
    ///
    /// Condition (2) of [`Tree`], and:
    ///
    /// 3. `edge` is a leaf edge, or `None` if the tree has no node.
    /// 4. [`reserve`](Self::reserve) returned `spare` for this edge, and the tree has not changed since.
    pub(super) unsafe fn insert_reserved(
        &mut self,
        edge: Option<Edge<K, V>>,
        element: (K, V),
        mut spare: SpareNodes<K, V>,
    ) -> Slot<K, V> {
        self.len += 1;
        let Some(Edge { node: leaf, index }) = edge else {
            // SAFETY: by `# Safety` (4): without a node, `reserve` allocates a leaf.
            let node = unsafe { spare.take() };
            // SAFETY: the node is empty, and 0 is its length.
            unsafe { node.insert(0, element) };
            self.root = Some(node);
            return Slot { node, index: 0 };
        };
        if leaf.len() < CAPACITY {
            // SAFETY: the leaf is not full, and by `# Safety` (2) `index` is at most its length.
            unsafe { leaf.insert(index, element) };
            return Slot { node: leaf, index };
        }
        let split = SplitPoint::before_insertion(index);
        // SAFETY: by `# Safety` (4): the leaf is full, so `reserve` allocated another one.
        let mut right = unsafe { spare.take() };
        // SAFETY: the middle of a full node is less than its length, and `right` is a new leaf.
        let mut up = unsafe { leaf.split(split.middle, right) };
        let slot = match split.insertion {
            Half::Left(index) => Slot { node: leaf, index },
            Half::Right(index) => Slot { node: right, index },
        };
        // SAFETY: neither half is full, and the index is at most the length of its half.
        unsafe { slot.node.insert(slot.index, element) };

        // Each turn inserts `up`, with `right` to the right of it, into the parent of `left`, which has just been
        // split.
        let mut left = leaf;
        loop {
            let Some((parent, index)) = left.parent() else {
                // SAFETY: by `# Safety` (4): the root was full, so `reserve` allocated a new one.
                let root = unsafe { spare.take() };
                // SAFETY: the new root is internal and empty, and its height is one more than that of the old root.
                unsafe { root.set_first_edge(left) };
                // SAFETY: the new root has no element, and `right` has the same height as `left`.
                unsafe { root.insert_with_edge(0, up, right) };
                self.root = Some(root);
                return slot;
            };
            if parent.len() < CAPACITY {
                // SAFETY: the parent is not full, and `right` has the same height as `left`.
                unsafe { parent.insert_with_edge(index, up, right) };
                return slot;
            }
            let split = SplitPoint::before_insertion(index);
            // SAFETY: by `# Safety` (4): the parent is full, so `reserve` allocated another node of its height.
            let other = unsafe { spare.take() };
            // SAFETY: the middle of a full node is less than its length, and `other` is a new node of the same height.
            let next = unsafe { parent.split(split.middle, other) };
            let (half, index) = match split.insertion {
                Half::Left(index) => (parent, index),
                Half::Right(index) => (other, index),
            };
            // SAFETY: neither half is full, and `right` has the height of their children.
            unsafe { half.insert_with_edge(index, up, right) };
            (left, up, right) = (parent, next, other);
        }
    }
}
