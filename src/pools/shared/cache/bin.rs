//! A bin: a stack of free blocks of one class, for one thread.
//!
//! It is an array of pointers, like those of Google's tcmalloc. The entry before the first is null, so `pop` detects that the bin is
//! empty by the pointer that it loads anyway; `push` detects that it is full by one comparison.

use core::cell::Cell;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use crate::pools::shared::chunks::SliceUse;

/// A bin, for which the invariants of [`Cache`](super::Cache) hold.
#[derive(Debug)]
pub(crate) struct Bin {
    /// The end of the blocks. Atomic, because other threads read it to count them.
    pub(super) top: AtomicPtr<*mut u8>,
    /// The end of the entries that may be used at present.
    pub(super) limit: Cell<*mut *mut u8>,
}

/// A bin for each [code](SliceUse::code) of the use of a slice. Those of codes that are no class stay closed.
pub(crate) type Bins = [Bin; SliceUse::CODES];

/// Returns the index of the bin of a class in [`Bins`].
#[inline(always)]
pub(crate) const fn bin_index(class: usize) -> usize {
    class + SliceUse::Span(0).code() as usize
}

static NULL_ENTRIES: [AtomicPtr<u8>; 2] = [const { AtomicPtr::new(ptr::null_mut()) }; 2];
/// The top and the limit of a closed bin: the entry before is null.
// SAFETY: the array has two entries.
pub(super) const CLOSED: *mut *mut u8 = unsafe { (&raw const NULL_ENTRIES).cast::<*mut u8>().cast_mut().add(1) };

impl Bin {
    /// A closed bin, which is empty and full at once.
    pub(super) const fn closed() -> Self {
        Self { top: AtomicPtr::new(CLOSED), limit: Cell::new(CLOSED) }
    }

    /// Closes the bin. Blocks in it are lost.
    pub(super) fn close(&self) {
        self.top.store(CLOSED, Relaxed);
        self.limit.set(CLOSED);
    }

    /// Takes the block that was pushed last.
    #[inline(always)]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let top = self.top.load(Relaxed);
        // SAFETY: there is an entry before the first, by invariants 2 and 3 of `Cache`.
        let last = unsafe { top.sub(1) };
        // SAFETY: the entry is a block or null, by invariants 2 and 3 of `Cache`.
        let block = NonNull::new(unsafe { last.read() })?;
        self.top.store(last, Relaxed);
        Some(block)
    }

    /// Adds a free block, and returns whether there was room for it.
    #[inline(always)]
    pub(crate) fn push(&self, block: NonNull<u8>) -> bool {
        let top = self.top.load(Relaxed);
        if ptr::eq(top, self.limit.get()) {
            return false;
        }
        // SAFETY: the entry is below the limit, so it belongs to the bin, by invariant 2 of `Cache`.
        unsafe { top.write(block.as_ptr()) };
        // SAFETY: as above; the end of the entry is at most the limit.
        self.top.store(unsafe { top.add(1) }, Relaxed);
        true
    }
}
