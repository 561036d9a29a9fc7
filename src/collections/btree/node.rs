//! Nodes: their layout, their memory, and the elements and edges in them.

use core::alloc::Layout;
use core::fmt;
use core::mem::{MaybeUninit, offset_of};
use core::ptr::NonNull;
use core::slice;

use crate::api::Allocator;
use crate::collections::error::TryReserveError;

/// The elements of a full node.
pub(super) const CAPACITY: usize = 11;
/// The elements of a node that is not the root, at least.
pub(super) const MIN_LEN: usize = CAPACITY / 2;

#[repr(C)]
struct Header<K, V> {
    parent: Option<Node<K, V>>,
    /// The index among the edges of the parent.
    parent_index: u8,
    len: u8,
    /// The levels below: 0 in a leaf.
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

/// The address of a node.
///
/// A `Node` comes from [`new`](Self::new) and is valid until [`free`](Self::free), whose caller gives up every copy of
/// it, so its header may be read at any time. A safe function that goes to other nodes relies on invariants 2 and 3; to
/// break them for a while is unsafe.
pub(super) struct Node<K, V>(NonNull<Leaf<K, V>>);

impl<K, V> Node<K, V> {
    const fn layout(height: usize) -> Layout {
        if height == 0 { Layout::new::<Leaf<K, V>>() } else { Layout::new::<Internal<K, V>>() }
    }

    /// A node without elements, edges or parent.
    #[inline]
    pub(super) fn new<A: Allocator>(height: usize, allocator: &A) -> Result<Self, TryReserveError> {
        let layout = Self::layout(height);
        let Ok(block) = allocator.allocate(layout) else { return Err(TryReserveError::refused(layout)) };
        let node = Self(block.cast());
        debug_assert!(height <= u8::MAX.into());
        let header = Header { parent: None, parent_index: 0, len: 0, height: height as u8 };
        // SAFETY: a new block of the layout of a node, which starts with its header.
        unsafe { node.header().write(header) };
        Ok(node)
    }

    /// Frees the memory of the node, but drops no element in it.
    ///
    /// # Safety
    ///
    /// 1. `allocator` is the one that the node was allocated from.
    /// 2. No copy of this `Node` is used again, the one in its parent included.
    #[inline]
    pub(super) unsafe fn free<A: Allocator>(self, allocator: &A) {
        let layout = Self::layout(self.height());
        // SAFETY: by `# Safety` of this fn; the layout is that of `new`, since the height never changes.
        unsafe { allocator.deallocate(self.0.cast(), layout) };
    }

    const fn header(self) -> NonNull<Header<K, V>> {
        self.0.cast()
    }

    /// The levels below: 0 for a leaf.
    #[inline(always)]
    pub(super) fn height(self) -> usize {
        // SAFETY: a `Node` is valid.
        usize::from(unsafe { (*self.header().as_ptr()).height })
    }

    /// The elements in the node.
    #[inline(always)]
    pub(super) fn len(self) -> usize {
        // SAFETY: a `Node` is valid.
        usize::from(unsafe { (*self.header().as_ptr()).len })
    }

    /// # Safety
    ///
    /// By the time that anything relies on invariants 2 and 3 again, they hold for `len`.
    #[inline(always)]
    pub(super) unsafe fn set_len(self, len: usize) {
        debug_assert!(len <= CAPACITY);
        // SAFETY: a `Node` is valid.
        unsafe { (*self.header().as_ptr()).len = len as u8 };
    }

    /// The parent and the index among its edges.
    #[inline(always)]
    pub(super) fn parent(self) -> Option<(Self, usize)> {
        // SAFETY: a `Node` is valid.
        let parent = unsafe { (*self.header().as_ptr()).parent }?;
        // SAFETY: as above.
        let index = unsafe { (*self.header().as_ptr()).parent_index };
        Some((parent, index.into()))
    }

    /// # Safety
    ///
    /// By the time that anything relies on invariants 3 and 4 again, they hold for these.
    #[inline(always)]
    pub(super) unsafe fn set_parent(self, parent: Option<Self>, index: usize) {
        debug_assert!(index <= CAPACITY);
        // SAFETY: a `Node` is valid.
        unsafe { (*self.header().as_ptr()).parent = parent };
        // SAFETY: as above.
        unsafe { (*self.header().as_ptr()).parent_index = index as u8 };
    }

    /// The room for keys.
    #[inline(always)]
    pub(super) fn keys(self) -> NonNull<K> {
        // SAFETY: a `Node` is valid, so the field is within its block.
        unsafe { self.0.byte_add(offset_of!(Leaf<K, V>, keys)) }.cast()
    }

    /// The room for values.
    #[inline(always)]
    pub(super) fn values(self) -> NonNull<V> {
        // SAFETY: a `Node` is valid, so the field is within its block.
        unsafe { self.0.byte_add(offset_of!(Leaf<K, V>, values)) }.cast()
    }

    /// The room for edges.
    ///
    /// # Safety
    ///
    /// The node is not a leaf.
    #[inline(always)]
    pub(super) unsafe fn edges(self) -> NonNull<Self> {
        debug_assert!(self.height() > 0);
        // SAFETY: by `# Safety` of this fn the block is that of an `Internal`, which starts with a `Leaf`.
        unsafe { self.0.byte_add(offset_of!(Internal<K, V>, edges)) }.cast()
    }

    /// The keys in the node.
    ///
    /// # Safety
    ///
    /// Invariant 2 holds, and during `'t` nobody changes the keys or the number of them.
    #[inline(always)]
    pub(super) unsafe fn key_slice<'t>(self) -> &'t [K] {
        // SAFETY: by invariant 2; by `# Safety` of this fn they stay as they are.
        unsafe { slice::from_raw_parts(self.keys().as_ptr(), self.len()) }
    }

    /// The node below the edge at `index`.
    ///
    /// # Safety
    ///
    /// The node is not a leaf, and has initialised the edge at `index`.
    #[inline(always)]
    pub(super) unsafe fn child(self, index: usize) -> Self {
        // SAFETY: by `# Safety` of this fn.
        let edges = unsafe { self.edges() };
        // SAFETY: as above, an index is at most `CAPACITY`.
        let edge = unsafe { edges.add(index) };
        // SAFETY: by `# Safety` of this fn it is initialised.
        unsafe { edge.read() }
    }

    /// Makes the node the parent of its children from index `first` to `last`, both included.
    ///
    /// # Safety
    ///
    /// The node is not a leaf, and has initialised these edges.
    pub(super) unsafe fn relink(self, first: usize, last: usize) {
        for index in first..=last {
            // SAFETY: by `# Safety` of this fn.
            let child = unsafe { self.child(index) };
            // SAFETY: this is what invariant 3 demands.
            unsafe { child.set_parent(Some(self), index) };
        }
    }

    /// Makes the node the root.
    ///
    /// # Safety
    ///
    /// No edge leads to it.
    pub(super) unsafe fn unlink(self) {
        // SAFETY: this is what invariant 4 demands of a root.
        unsafe { self.set_parent(None, 0) };
    }

    /// The leftmost leaf below, or the node itself.
    #[inline]
    pub(super) fn first_leaf(mut self) -> Self {
        for _ in 0..self.height() {
            // SAFETY: the height is not 0 before the last turn; an internal node has an edge more than elements.
            self = unsafe { self.child(0) };
        }
        self
    }

    /// The rightmost leaf below, or the node itself.
    #[inline]
    pub(super) fn last_leaf(mut self) -> Self {
        for _ in 0..self.height() {
            // SAFETY: as in `first_leaf`.
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
