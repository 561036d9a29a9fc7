//! The memory of the records of large blocks, in pages of its own. It does not come from the parent, which could call
//! the pool.

use core::cell::Cell;
use core::ptr::NonNull;

use super::block::{Block, Link, State};
use crate::api::{AllocError, Allocator, Layout};
use crate::sources::Pages;

/// All records, in slabs. Zero bytes are none.
///
/// # Invariants
///
/// 1. A slab, with its records, stays where it is until [`free`](Self::free).
/// 2. The vacant list contains records of the slabs that are vacant. Their left links connect them.
#[derive(Debug)]
pub(super) struct Records {
    /// The first record of the vacant list.
    vacant: Link,
    slabs: Cell<Option<NonNull<Slab>>>,
}

const SLAB_BYTES: usize = 16 << 10;
const RECORDS_PER_SLAB: usize = (SLAB_BYTES - size_of::<usize>()) / size_of::<Block>();

#[derive(Debug)]
pub(super) struct Slab {
    next: Cell<Option<NonNull<Slab>>>,
    records: [Block; RECORDS_PER_SLAB],
}

impl Records {
    /// Takes a record from the vacant list.
    pub(super) fn pop_vacant(&self) -> Option<&Block> {
        // SAFETY: a record stays until all are freed, by invariant 1.
        let record = unsafe { self.vacant.get()?.as_ref() };
        self.vacant.set(record.left.take());
        Some(record)
    }

    /// Makes a record vacant, and adds it to the vacant list. It is one of a slab, and in no other list or map.
    pub(super) fn push_vacant(&self, record: &Block) {
        record.state.set(State::Vacant);
        record.left.set(self.vacant.replace(Some(NonNull::from(record))));
    }

    /// Allocates a slab. The caller needs no lock.
    pub(super) fn new_slab() -> Result<NonNull<Slab>, AllocError> {
        let slab: NonNull<Slab> = Pages::new().allocate(Layout::new::<Slab>())?.cast();
        // SAFETY: the field lies in the slab.
        let next = unsafe { &raw mut (*slab.as_ptr()).next };
        // SAFETY: no other thread knows the slab yet.
        unsafe { next.write(Cell::new(None)) };
        // SAFETY: the field lies in the slab.
        let records = unsafe { &raw mut (*slab.as_ptr()).records }.cast::<Block>();
        for index in 0..RECORDS_PER_SLAB {
            // SAFETY: the index is below the length of the array.
            let record = unsafe { records.add(index) };
            // SAFETY: no other thread knows the slab yet.
            unsafe { record.write(Block::new()) };
        }
        Ok(slab)
    }

    /// Adds a slab, whose records are vacant.
    ///
    /// # Safety
    ///
    /// [`new_slab`](Self::new_slab) has returned the slab, and it was not added before.
    pub(super) unsafe fn add_slab(&self, slab: NonNull<Slab>) {
        // SAFETY: `new_slab` has initialised it, and it stays by invariant 1.
        let this = unsafe { slab.as_ref() };
        this.next.set(self.slabs.replace(Some(slab)));
        this.records.iter().rev().for_each(|record| self.push_vacant(record));
    }

    /// Returns all records, including vacant ones.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Block> {
        let mut next = self.slabs.get();
        let slabs = core::iter::from_fn(move || {
            // SAFETY: a slab stays until all are freed, by invariant 1.
            let slab = unsafe { next?.as_ref() };
            next = slab.next.get();
            Some(slab)
        });
        slabs.flat_map(|slab| &slab.records)
    }

    /// Frees all records.
    ///
    /// # Safety
    ///
    /// No thread uses a record, or `self`, any more.
    pub(super) unsafe fn free(&self) {
        let mut next = self.slabs.take();
        while let Some(slab) = next {
            // SAFETY: the slabs of the list are freed one by one, this one below.
            next = unsafe { slab.as_ref() }.next.get();
            // SAFETY: `new_slab` has allocated it with that layout; no thread uses it, by `# Safety` of this fn.
            unsafe { Pages::new().deallocate(slab.cast(), Layout::new::<Slab>()) };
        }
    }
}
