//! The record of a large block. It lies beside the blocks, not in front of one, so that a block that is hardly touched takes hardly any
//! memory.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::api::Layout;
use crate::sync::list::{Links, Node};

/// From one record to another.
pub(super) type Link = Cell<Option<NonNull<Block>>>;

/// Changes under the lock of the [large blocks](super::Large); but the owner of a block in use reads what it has without it.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) state: Cell<State>,
    /// The parent's pointer.
    pub(super) start: Cell<NonNull<u8>>,
    /// The layout of the parent's block: all the bytes that it gave.
    pub(super) whole: Cell<Layout>,
    /// The layout of the request, or of the last one to grow or shrink the block.
    pub(super) asked: Cell<Layout>,
    /// Bytes of `whole` that the request needs, a multiple of [`GRANULE`](super::GRANULE).
    pub(super) needed: Cell<usize>,
    /// Whether its pages came from the parent for the present owner.
    pub(super) is_fresh: Cell<bool>,
    /// Of a kept one: bytes from the start on, behind which no page is in memory.
    pub(super) dirty: Cell<usize>,
    /// Of a kept one: the tick when it was freed, and how many were kept before.
    pub(super) freed: Cell<usize>,
    pub(super) order: Cell<usize>,
    /// Of the [map](super::map::Map). A vacant one has the next vacant one to the left.
    pub(super) left: Link,
    pub(super) right: Link,
    /// Of the kept ones of about its size.
    links: Links<Block>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// A record of no block, or of one that the parent is just being asked for.
    Vacant,
    /// In the map, and in use.
    Live,
    /// In the map, and free for a request.
    Kept,
    /// In the map, while a thread gives some of its pages to the system.
    Discarding,
}

impl Node for Block {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl Block {
    pub(super) const fn new() -> Self {
        Self {
            state: Cell::new(State::Vacant),
            start: Cell::new(NonNull::dangling()),
            whole: Cell::new(Layout::new::<()>()),
            asked: Cell::new(Layout::new::<()>()),
            needed: Cell::new(0),
            is_fresh: Cell::new(false),
            dirty: Cell::new(0),
            freed: Cell::new(0),
            order: Cell::new(0),
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

    /// Notes what the parent gave for a request of `asked`, aligned to `align`.
    pub(super) fn set_given(&self, given: NonNull<[u8]>, align: usize) {
        let start: NonNull<u8> = given.cast();
        // Who gives the block back may have a pointer that is good for fewer bytes.
        start.as_ptr().expose_provenance();
        self.start.set(start);
        // SAFETY: a block of the parent's with that align is no longer than a layout can say.
        self.whole.set(unsafe { Layout::from_size_align_unchecked(given.len(), align) });
    }
}
