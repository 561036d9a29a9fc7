//! The record of a large block. It lies apart from the block, so that a block of which little is touched occupies
//! little memory.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::api::Layout;
use crate::sync::list::{Links, Node};

/// A link from one record to another.
pub(super) type Link = Cell<Option<NonNull<Block>>>;

/// The record of a block. Invariant 4 of [`Large`](super::Large) says which thread may change it.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) state: Cell<State>,
    /// The pointer that the parent returned.
    pub(super) start: Cell<NonNull<u8>>,
    /// The layout of the parent's block: all bytes that it has, and the align by which the parent resizes and frees it.
    pub(super) whole: Cell<Layout>,
    /// The layout of the request, or of the last one that grew or shrank the block.
    pub(super) requested: Cell<Layout>,
    /// The bytes of the block that the request needs, rounded to a multiple of [`MIN_ALIGN`](super::MIN_ALIGN).
    pub(super) needed: Cell<usize>,
    /// Whether the parent gave the block for its present use, so that it was not kept before.
    pub(super) is_fresh: Cell<bool>,
    /// If kept: the bytes from the start on that may occupy memory. No page after them does.
    pub(super) dirty: Cell<usize>,
    /// If kept: the time, in ticks, at which it was freed.
    pub(super) freed_at: Cell<usize>,
    /// If kept: its number in the order in which blocks were freed.
    pub(super) sequence: Cell<usize>,
    /// The links of the [map](super::map::Map). The left link of a vacant record leads to the next vacant one.
    pub(super) left: Link,
    pub(super) right: Link,
    /// The links of a list of [kept](super::kept::Kept) blocks.
    links: Links<Block>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The record describes no block. Perhaps a thread is requesting one for it.
    Vacant,
    /// The block is in use.
    Live,
    /// The block is free, and may serve a request.
    Kept,
    /// The block is free, and a thread discards some of its pages.
    Discarding,
}

impl Node for Block {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl Block {
    /// A vacant record.
    pub(super) const fn new() -> Self {
        Self {
            state: Cell::new(State::Vacant),
            start: Cell::new(NonNull::dangling()),
            whole: Cell::new(Layout::new::<()>()),
            requested: Cell::new(Layout::new::<()>()),
            needed: Cell::new(0),
            is_fresh: Cell::new(false),
            dirty: Cell::new(0),
            freed_at: Cell::new(0),
            sequence: Cell::new(0),
            left: Cell::new(None),
            right: Cell::new(None),
            links: Links::new(),
        }
    }

    pub(super) fn address(&self) -> usize {
        self.start.get().addr().get()
    }

    pub(super) fn size(&self) -> usize {
        self.whole.get().size()
    }

    pub(super) fn align(&self) -> usize {
        self.whole.get().align()
    }

    /// Sets the block that the record describes: one that the parent returned for a request with this align.
    pub(super) fn set_block(&self, block: NonNull<[u8]>, align: usize) {
        let start: NonNull<u8> = block.cast();
        // `provenance::restore` makes a pointer to the whole block from its address.
        start.as_ptr().expose_provenance();
        self.start.set(start);
        // SAFETY: the align is that of a layout, and a block of an allocator is no longer than a layout with it can be.
        self.whole.set(unsafe { Layout::from_size_align_unchecked(block.len(), align) });
    }
}
