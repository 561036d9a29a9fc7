//! Room for the records of large blocks, in pages of its own. They do not come from the parent, which could come back to the pool.

use core::cell::Cell;
use core::ptr::NonNull;

use super::block::{Block, Link, State};
use crate::api::{AllocError, Allocator, Layout};
use crate::sources::Pages;

/// All zero bytes are none. A record stays where it is until all are freed.
#[derive(Debug)]
pub(super) struct Records {
    /// Linked by their left links.
    vacant: Link,
    slabs: Cell<Option<NonNull<Slab>>>,
}

const SLAB: usize = 16 << 10;
const COUNT: usize = (SLAB - size_of::<usize>()) / size_of::<Block>();

#[derive(Debug)]
pub(super) struct Slab {
    next: Cell<Option<NonNull<Slab>>>,
    blocks: [Block; COUNT],
}

impl Records {
    /// A vacant record, if there is one.
    pub(super) fn take(&self) -> Option<&Block> {
        // SAFETY: a record lives as long as this.
        let block = unsafe { self.vacant.get()?.as_ref() };
        self.vacant.set(block.left.take());
        Some(block)
    }

    /// Takes back a record, which is linked to no other.
    pub(super) fn put(&self, block: &Block) {
        block.state.set(State::Vacant);
        block.left.set(self.vacant.replace(Some(NonNull::from(block))));
    }

    /// Pages for more records. Needs no lock.
    pub(super) fn new_slab() -> Result<NonNull<Slab>, AllocError> {
        let slab: NonNull<Slab> = Pages::new().allocate(Layout::new::<Slab>())?.cast();
        // SAFETY: within the slab.
        let next = unsafe { &raw mut (*slab.as_ptr()).next };
        // SAFETY: nobody else has it.
        unsafe { next.write(Cell::new(None)) };
        // SAFETY: within the slab.
        let blocks = unsafe { &raw mut (*slab.as_ptr()).blocks }.cast::<Block>();
        for at in 0..COUNT {
            // SAFETY: there are so many.
            let block = unsafe { blocks.add(at) };
            // SAFETY: nobody else has it.
            unsafe { block.write(Block::new()) };
        }
        Ok(slab)
    }

    /// Adds what [`new_slab`](Self::new_slab) has made.
    ///
    /// # Safety
    ///
    /// It was made by that, and was not added yet.
    pub(super) unsafe fn add(&self, slab: NonNull<Slab>) {
        // SAFETY: initialised, and it lives as long as this.
        let this = unsafe { slab.as_ref() };
        this.next.set(self.slabs.replace(Some(slab)));
        this.blocks.iter().rev().for_each(|block| self.put(block));
    }

    /// All records, vacant ones as well.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Block> {
        let mut next = self.slabs.get();
        let slabs = core::iter::from_fn(move || {
            // SAFETY: a slab lives as long as this.
            let slab = unsafe { next?.as_ref() };
            next = slab.next.get();
            Some(slab)
        });
        slabs.flat_map(|slab| &slab.blocks)
    }

    /// Frees all records.
    ///
    /// # Safety
    ///
    /// Nobody uses one, or this, any more.
    pub(super) unsafe fn free(&self) {
        let mut next = self.slabs.take();
        while let Some(slab) = next {
            // SAFETY: it lives.
            next = unsafe { slab.as_ref() }.next.get();
            // SAFETY: it came from there with that layout; by `# Safety` of this fn nobody uses it.
            unsafe { Pages::new().deallocate(slab.cast(), Layout::new::<Slab>()) };
        }
    }
}
