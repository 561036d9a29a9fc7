//! Blocks of more than 512 KiB, each of which is a block of the parent.
//!
//! The pool describes each block in a [record](Block) that lies elsewhere. It keeps some freed blocks for a while: a
//! kept block serves a later request, or a block that grows, without the page faults of fresh memory. The
//! [budget](Budget) limits how much is kept.
//!
//! # Invariants
//!
//! 1. A record stays where it is until [`Large::free`].
//! 2. A record that is not vacant describes a block that came from the parent and has not been returned: `start` and
//!    `whole` are its pointer and its layout. No other record describes it. A vacant record describes none.
//! 3. A record that is not vacant is in the map. A kept one is also in one list of [`Kept`], any other in none.
//! 4. Records, the map, the lists and the budget change under the lock. But a live record belongs to the thread that has
//!    the block, and a discarding one to the thread that discards: these read it without the lock.
//! 5. While the parent resizes a block, the record is not in the map, may describe the block as it was before, and is
//!    changed by its thread without the lock.
//! 6. While the parent is called, no lock is held.

mod allocate;
mod block;
mod budget;
mod discard;
mod huge_pages;
mod kept;
mod map;
mod records;
mod resize;
mod surplus;

use core::cell::Cell;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicUsize};

use super::misuse::{Misuse, abort};
use crate::api::{AllocError, Allocator, Layout};
use crate::threads::lock::{Lock, LockGuard};
use crate::threads::reentry_gate::ReentryGate;
use block::{Block, State};
use budget::Budget;
use huge_pages::UsagePredictor;
use kept::Kept;
use map::Map;
use records::Records;

/// The least align of a large block. Its size is a multiple of that, too, unless the parent gives more.
pub(super) const MIN_ALIGN: usize = 4096;

/// The large blocks of a pool. The invariants are those of the [module](self). Zero bytes are no blocks.
#[derive(Debug)]
pub(super) struct Large {
    pub(super) lock: Lock,
    map: Map,
    records: Records,
    kept: Kept,
    budget: Budget,
    /// The time, in ticks, at which it was last tested whether the oldest kept block is idle.
    last_idle_test: Cell<usize>,
    /// Whether a kept block is surplus. This and the fields below are read without the lock.
    has_surplus: AtomicBool,
    /// The bytes of all blocks.
    held: AtomicUsize,
    /// The bytes of the blocks in use.
    live: AtomicUsize,
    /// The bytes of surplus blocks that threads are to return, and that none has begun to return.
    bytes_to_return: AtomicUsize,
    /// Threads that are returning kept blocks.
    pub(super) returning: ReentryGate,
    usage: UsagePredictor,
}

/// The layouts of a block in use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layouts {
    /// The layout of the request.
    pub(super) requested: Layout,
    /// The layout of the parent's block.
    pub(super) whole: Layout,
}

/// Returns the layout of the block that serves a request for `layout`.
fn whole_layout(layout: Layout) -> Result<Layout, AllocError> {
    let size = layout.size().checked_next_multiple_of(MIN_ALIGN).ok_or(AllocError)?;
    Layout::from_size_align(size, layout.align().max(MIN_ALIGN)).map_err(|_| AllocError)
}

impl Large {
    /// Returns the bytes of all blocks.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// Returns the bytes of the blocks in use.
    pub(super) fn live_bytes(&self) -> usize {
        self.live.load(Relaxed)
    }

    /// Puts a block into use, of which the request needs `needed` bytes. Under the lock.
    fn add_live(&self, block: &Block, requested: Layout, needed: usize) {
        block.state.set(State::Live);
        block.requested.set(requested);
        block.needed.set(needed);
        self.budget.add_needed(needed);
        self.live.fetch_add(block.size(), Relaxed);
    }

    /// Undoes [`add_live`](Self::add_live), but for the record. Under the lock.
    fn remove_live(&self, block: &Block) {
        self.budget.remove_needed(block.needed.get());
        self.live.fetch_sub(block.size(), Relaxed);
    }

    /// Removes a block that is in no list from the map, and makes its record vacant. Returns the block, which is the
    /// caller's now. Under the lock.
    fn forget(&self, block: &Block) -> (NonNull<u8>, Layout) {
        let forgotten = (block.start.get(), block.whole.get());
        self.map.remove(block);
        self.records.push_vacant(block);
        forgotten
    }

    /// Returns the block in use that starts at `start`. If there is none, the process ends with a message.
    fn live_block(&self, start: NonNull<u8>, layout: Option<Layout>) -> &Block {
        let found = self.find_block(start.addr().get(), &self.lock.lock());
        found.unwrap_or_else(|misuse| abort(misuse, start.as_ptr(), layout))
    }

    fn find_block(&self, address: usize, _: &LockGuard<'_>) -> Result<&Block, Misuse> {
        let block = self.map.starting_at(address).ok_or(Misuse::Foreign)?;
        if block.state.get() == State::Live { Ok(block) } else { Err(Misuse::Twice) }
    }

    /// Returns the layouts of the block in use that starts at `address`, or the reason why there is none.
    pub(super) fn find(&self, address: usize) -> Result<Layouts, Misuse> {
        let held = self.lock.lock();
        let block = self.find_block(address, &held)?;
        Ok(Layouts { requested: block.requested.get(), whole: block.whole.get() })
    }

    /// Returns whether `address` lies in a block in use.
    pub(super) fn owns(&self, address: usize) -> bool {
        let _held = self.lock.lock();
        let block = self.map.last_at_or_before(address).filter(|block| block.state.get() == State::Live);
        block.is_some_and(|block| address - block.address() < block.size())
    }

    /// Returns the layout of the parent's block that starts at `start`. If no block in use starts there, the process
    /// ends with a message.
    pub(super) fn layout(&self, start: NonNull<u8>) -> Layout {
        let found = self.find(start.addr().get());
        found.unwrap_or_else(|misuse| abort(misuse, start.as_ptr(), None)).whole
    }

    /// Returns all blocks to the parent, and frees the records.
    ///
    /// # Safety
    ///
    /// 1. The blocks came from `parent`.
    /// 2. No thread uses them, or `self`, any more.
    pub(super) unsafe fn free<A: Allocator>(&self, parent: &A) {
        for block in self.records.iter().filter(|block| block.state.get() != State::Vacant) {
            // SAFETY: by invariant 2 it is a block of the parent with that layout; by (2) no thread uses it.
            unsafe { parent.deallocate(block.start.get(), block.whole.get()) };
        }
        // SAFETY: by (2).
        unsafe { self.records.free() };
    }
}
