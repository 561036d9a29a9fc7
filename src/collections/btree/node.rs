//! Nodes: their layout and their memory, and access to their elements and edges.

use core::alloc::Layout;
use core::fmt;
use core::mem::{MaybeUninit, offset_of};
use core::ptr::NonNull;
use core::slice;

use crate::api::Allocator;
use crate::collections::error::TryReserveError;

/// The capacity of a node in elements.
pub(super) const CAPACITY: usize = 11;
/// The minimum number of elements in a node that is not the root.
pub(super) const MIN_LEN: usize = CAPACITY / 2;

#[repr(C)]
struct Header<K, V> {
    parent: Option<Node<K, V>>,
    /// The index of the edge in the parent that leads to this node.
    parent_index: u8,
    len: u8,
    /// The number of levels below this node: 0 for a leaf.
    height: u8,
}

#[repr(C)]
struct Leaf<K, V> {
    header: Header<K, V>,
    keys: [MaybeUninit<K>; CAPACITY],
    values: [MaybeUninit<V>; CAPACITY],
}

#[repr(C)]
struct Internal<K, V> {
    leaf: Leaf<K, V>,
    edges: [MaybeUninit<Node<K, V>>; CAPACITY + 1],
}

/// A pointer to a node.
///
/// # Invariants
///
/// The pointer comes from [`new`](Self::new), and the node has not been freed: the caller of [`free`](Self::free) stops
/// using all copies. So the header is always readable.
///
/// The safe functions that go to other nodes also rely on invariants 2 and 3 of [`Tree`](super::tree::Tree). The
/// functions that can break these are unsafe.
pub(super) struct Node<K, V>(NonNull<Leaf<K, V>>);

impl<K, V> Node<K, V> {
    const fn layout(height: usize) -> Layout {
        if height == 0 { Layout::new::<Leaf<K, V>>() } else { Layout::new::<Internal<K, V>>() }
    }

    /// Allocates a node without elements, edges or parent.
    #[inline]
    pub(super) fn new<A: Allocator>(height: usize, allocator: &A) -> Result<Self, TryReserveError> {
        let layout = Self::layout(height);
        let Ok(block) = allocator.allocate(layout) else { return Err(TryReserveError::refused(layout)) };
        let node = Self(block.cast());
        debug_assert!(height <= u8::MAX.into());
        let header = Header { parent: None, parent_index: 0, len: 0, height: height as u8 };
        // SAFETY: the block is new and has the layout of a node, which starts with its header.
        unsafe { node.header().write(header) };
        Ok(node)
    }

    /// Frees the memory of the node, without dropping its elements.
    ///
    /// # Safety
    ///
    /// 1. The node comes from `allocator`.
    /// 2. No copy of this `Node` is used again, including the one in its parent.
    #[inline]
    pub(super) unsafe fn free<A: Allocator>(self, allocator: &A) {
        let layout = Self::layout(self.height());
        // SAFETY: by `# Safety` (1) and (2). The layout is the one that `new` allocated, since the height never
        // changes.
        unsafe { allocator.deallocate(self.0.cast(), layout) };
    }

    const fn header(self) -> NonNull<Header<K, V>> {
        self.0.cast()
    }

    /// Returns the number of levels below this node: 0 for a leaf.
    #[inline(always)]
    pub(super) fn height(self) -> usize {
        // SAFETY: the node is live, by the invariant of `Node`.
        usize::from(unsafe { (*self.header().as_ptr()).height })
    }

    /// Returns the number of elements in this node.
    #[inline(always)]
    pub(super) fn len(self) -> usize {
        // SAFETY: the node is live, by the invariant of `Node`.
        usize::from(unsafe { (*self.header().as_ptr()).len })
    }

    /// Sets the number of elements in this node.
    ///
    /// # Safety
    ///
    /// Before any code relies on invariants 2 and 3 of [`Tree`](super::tree::Tree) again, they hold for the new length.
    #[inline(always)]
    pub(super) unsafe fn set_len(self, len: usize) {
        debug_assert!(len <= CAPACITY);
        // SAFETY: the node is live, by the invariant of `Node`.
        unsafe { (*self.header().as_ptr()).len = len as u8 };
    }

    /// Returns the parent and the index of its edge to this node.
    #[inline(always)]
    pub(super) fn parent(self) -> Option<(Self, usize)> {
        // SAFETY: the node is live, by the invariant of `Node`.
        let parent = unsafe { (*self.header().as_ptr()).parent }?;
        // SAFETY: as above.
        let index = unsafe { (*self.header().as_ptr()).parent_index };
        Some((parent, index.into()))
    }

    /// Sets the parent and the index of its edge to this node.
    ///
    /// # Safety
    ///
    /// Before any code relies on invariants 3 and 4 of [`Tree`](super::tree::Tree) again, they hold for the new values.
    #[inline(always)]
    pub(super) unsafe fn set_parent(self, parent: Option<Self>, index: usize) {
        debug_assert!(index <= CAPACITY);
        // SAFETY: the node is live, by the invariant of `Node`.
        unsafe { (*self.header().as_ptr()).parent = parent };
        // SAFETY: as above.
        unsafe { (*self.header().as_ptr()).parent_index = index as u8 };
    }

    /// Returns a pointer to the array of keys.
    #[inline(always)]
    pub(super) fn keys(self) -> NonNull<K> {
        // SAFETY: the node is live, by the invariant of `Node`, so the field lies within its block.
        unsafe { self.0.byte_add(offset_of!(Leaf<K, V>, keys)) }.cast()
    }

    /// Returns a pointer to the array of values.
    #[inline(always)]
    pub(super) fn values(self) -> NonNull<V> {
        // SAFETY: the node is live, by the invariant of `Node`, so the field lies within its block.
        unsafe { self.0.byte_add(offset_of!(Leaf<K, V>, values)) }.cast()
    }

    /// Returns a pointer to the array of edges.
    ///
    /// # Safety
    ///
    /// The node is internal.
    #[inline(always)]
    pub(super) unsafe fn edges(self) -> NonNull<Self> {
        debug_assert!(self.height() > 0);
        // SAFETY: by `# Safety` of this fn the block is that of an `Internal`, which starts with a `Leaf`.
        unsafe { self.0.byte_add(offset_of!(Internal<K, V>, edges)) }.cast()
    }

    /// Returns the keys in this node.
    ///
    /// # Safety
    ///
    /// 1. Invariant 2 of [`Tree`](super::tree::Tree) holds.
    /// 2. During `'t` neither the keys nor their number change.
    #[inline(always)]
    pub(super) unsafe fn key_slice<'t>(self) -> &'t [K] {
        // SAFETY: by (1) the keys are initialised, and by (2) they stay unchanged during `'t`.
        unsafe { slice::from_raw_parts(self.keys().as_ptr(), self.len()) }
    }

    /// Returns the child that the edge at `index` leads to.
    ///
    /// # Safety
    ///
    /// The node is internal, and its edge at `index` is initialised.
    #[inline(always)]
    pub(super) unsafe fn child(self, index: usize) -> Self {
        // SAFETY: by `# Safety` of this fn the node is internal.
        let edges = unsafe { self.edges() };
        // SAFETY: by `# Safety` of this fn `index` is that of an edge, so it is at most `CAPACITY`.
        let edge = unsafe { edges.add(index) };
        // SAFETY: by `# Safety` of this fn the edge is initialised.
        unsafe { edge.read() }
    }

    /// Stores this node as the parent of its children from index `first` to `last`, inclusive.
    ///
    /// # Safety
    ///
    /// The node is internal, and these edges are initialised.
    pub(super) unsafe fn link_children(self, first: usize, last: usize) {
        for index in first..=last {
            // SAFETY: by `# Safety` of this fn.
            let child = unsafe { self.child(index) };
            // SAFETY: the new values are those that invariant 3 of `Tree` requires.
            unsafe { child.set_parent(Some(self), index) };
        }
    }

    /// Makes this node a root: it no longer has a parent.
    ///
    /// # Safety
    ///
    /// No edge leads to the node.
    pub(super) unsafe fn clear_parent(self) {
        // SAFETY: a root has no parent, by invariant 4 of `Tree`, and no edge contradicts that by `# Safety` of this
        // fn.
        unsafe { self.set_parent(None, 0) };
    }

    /// Returns the leftmost leaf of the subtree, which may be the node itself.
    #[inline]
    pub(super) fn first_leaf(mut self) -> Self {
        for _ in 0..self.height() {
            // SAFETY: the loop runs once per level, so the node is internal here, and its first edge is initialised by
            // invariant 3 of `Tree`.
            self = unsafe { self.child(0) };
        }
        self
    }

    /// Returns the rightmost leaf of the subtree, which may be the node itself.
    #[inline]
    pub(super) fn last_leaf(mut self) -> Self {
        for _ in 0..self.height() {
            // SAFETY: as in `first_leaf`; the last edge has index `len`.
            self = unsafe { self.child(self.len()) };
        }
        self
    }
}

impl<K, V> Clone for Node<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Node<K, V> {}

impl<K, V> PartialEq for Node<K, V> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K, V> fmt::Debug for Node<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
