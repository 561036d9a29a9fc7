//! Blocks of more than half a megabyte: each is one of the parent's. What is to be known of it lies elsewhere, in a [record](block::Block).
//!
//! A freed one may be kept for a while, for a request that it fits, or for a block that grows: to have its pages without a fault.
//! [`Budget`](budget::Budget) says how much is kept.
//!
//! # Invariants
//!
//! 1. Records live as long as the pool. All but vacant ones are in the map, and what they tell is a block that the parent gave.
//! 2. No lock is held when the parent is asked.

mod block;
mod budget;
mod giving;
mod huge;
mod kept;
mod map;
mod records;
mod resize;

use core::cell::Cell;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicUsize};

use super::misuse::{Misuse, abort};
use super::parent::Parent;
use crate::api::{AllocError, Allocator, Layout};
use crate::sync::clock;
use crate::threads::lock::{Lock, LockGuard};
use crate::threads::reentry_gate::ReentryGate;
use block::{Block, State};
use budget::Budget;
use huge::Evidence;
use kept::Kept;
use map::Map;
use records::Records;

/// Blocks have a multiple of so many bytes, and are aligned to as many at least.
pub(super) const GRANULE: usize = 4096;
/// How many times as long as needed a kept block may be that serves a request, or that a block grows into. The latter is more likely to be
/// used up.
const MAX_RATIO: usize = 4;
const MAX_RATIO_FOR_GROWTH: usize = 8;
/// A kept block is zeroed if it is no larger than this; else fresh pages cost less.
const ZEROED: usize = 8 << 20;

/// All zero bytes are none.
#[derive(Debug)]
pub(super) struct Large {
    pub(super) lock: Lock,
    map: Map,
    records: Records,
    kept: Kept,
    budget: Budget,
    /// When the oldest kept block was last looked at.
    looked: Cell<usize>,
    /// Whether something is kept that is to go back. Read without the lock, like what follows.
    has_excess: AtomicBool,
    /// Bytes of all blocks.
    held: AtomicUsize,
    /// Bytes of those in use.
    live: AtomicUsize,
    /// So many bytes of kept blocks are to go, if these are too many, by the threads that give some back.
    owed: AtomicUsize,
    /// Threads that give kept ones back.
    pub(super) giving: ReentryGate,
    used: Evidence,
}

/// A block, and from which of its bytes on it is known to be zero.
pub(super) type Found = (NonNull<u8>, usize);

/// What a live block is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layouts {
    /// As it was requested.
    pub(super) asked: Layout,
    /// With all its bytes. Its align is that of the parent's block, which has to be the one to resize.
    pub(super) whole: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    New,
    Growth,
}

/// What to ask of the parent.
fn whole(layout: Layout) -> Result<Layout, AllocError> {
    let size = layout.size().checked_next_multiple_of(GRANULE).ok_or(AllocError)?;
    Layout::from_size_align(size, layout.align().max(GRANULE)).map_err(|_| AllocError)
}

impl Large {
    pub(super) fn held(&self) -> usize {
        self.held.load(Relaxed)
    }

    pub(super) fn live(&self) -> usize {
        self.live.load(Relaxed)
    }

    pub(super) fn allocate<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        layout: Layout,
        zeroed: bool,
    ) -> Result<Found, AllocError> {
        let whole = whole(layout)?;
        if !zeroed || whole.size() <= ZEROED {
            if let Some(block) = self.take_kept(layout, whole, Fit::New) {
                return Ok((block.start.get(), usize::MAX));
            }
            // Pages that are written to anyway, or will be.
            let grown = (zeroed || !self.used.is_against()).then(|| self.take_shorter(parent, layout, whole)).flatten();
            if let Some((block, zero_from)) = grown {
                let start = block.start.get();
                if zeroed {
                    // SAFETY: it has these bytes, and nobody has it yet.
                    unsafe { start.write_bytes(0, zero_from.min(whole.size())) };
                }
                return Ok((start, if zeroed { 0 } else { usize::MAX }));
            }
        }
        let record = self.new_record(whole.size())?;
        let zeroed = zeroed || parent.options.whole_pages;
        let get = |whole| match zeroed {
            true => parent.allocator.allocate_zeroed(whole),
            false => parent.allocator.allocate(whole),
        };
        let given = self.get(parent, whole, || self.used.is_for(), get);
        let held = self.lock.lock();
        let given = match given {
            Ok(given) => given,
            Err(error) => {
                self.records.put(record);
                return Err(error);
            }
        };
        record.set_given(given, whole.align());
        record.is_fresh.set(true);
        self.held.fetch_add(given.len(), Relaxed);
        // SAFETY: no other block is there, and the record lives as long as this.
        unsafe { self.map.insert(record) };
        self.add_live(record, layout, whole.size());
        drop(held);
        Ok((given.cast(), if zeroed { 0 } else { usize::MAX }))
    }

    /// A vacant record, for a request that no kept block serves.
    fn new_record(&self, missed: usize) -> Result<&Block, AllocError> {
        {
            let _held = self.lock.lock();
            self.budget.note_missed(missed);
            if let Some(record) = self.records.take() {
                return Ok(record);
            }
        }
        let slab = Records::new_slab()?;
        let _held = self.lock.lock();
        // SAFETY: made a moment ago.
        unsafe { self.records.add(slab) };
        self.records.take().ok_or(AllocError)
    }

    /// A block is in use from now on. Under the lock.
    fn add_live(&self, block: &Block, asked: Layout, needed: usize) {
        block.state.set(State::Live);
        block.asked.set(asked);
        block.needed.set(needed);
        self.budget.add(needed);
        self.live.fetch_add(block.size(), Relaxed);
    }

    /// A live block is not in use any more. Under the lock.
    fn remove_live(&self, block: &Block) {
        self.budget.remove(block.needed.get());
        self.live.fetch_sub(block.size(), Relaxed);
    }

    /// A kept block of the align of `whole` that is as long, or not much longer, for use.
    fn take_kept(&self, asked: Layout, whole: Layout, fit: Fit) -> Option<&Block> {
        let _held = self.lock.lock();
        let needed = whole.size();
        let most = match fit {
            Fit::New => {
                let waste = self.budget.waste(self.live()).max(needed / 8);
                needed.saturating_mul(MAX_RATIO).min(needed.saturating_add(waste))
            }
            Fit::Growth => needed.saturating_mul(MAX_RATIO_FOR_GROWTH),
        };
        let block = self.kept.shortest(needed..=most, whole.align())?;
        self.use_kept(block, asked, needed);
        Some(block)
    }

    /// Takes a kept block for use. Under the lock.
    fn use_kept(&self, block: &Block, asked: Layout, needed: usize) {
        // SAFETY: it is kept.
        unsafe { self.kept.remove(block) };
        block.is_fresh.set(false);
        self.add_live(block, asked, needed);
    }

    /// Takes a block back. One that is none of this pool's ends the process with a message.
    ///
    /// # Safety
    ///
    /// Nobody uses the block any more. It is one of `layout`, if that is known.
    pub(super) unsafe fn deallocate<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        start: NonNull<u8>,
        layout: Option<Layout>,
    ) {
        let options = parent.options;
        let block = self.live_block(start, layout);
        if Self::may_learn(options, block) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.learn(block) };
        }
        let now = clock::now();
        let held = self.lock.lock();
        self.remove_live(block);
        let size = block.size();
        if size <= self.budget.kept(options.retain, self.live()) {
            block.dirty.set(size);
            block.freed.set(now);
            // SAFETY: in no list; and a record lives as long as this.
            unsafe { self.kept.push(block) };
            self.note_excess(options, now);
            drop(held);
            return self.make_room(parent, size);
        }
        self.budget.note_returned(size);
        self.note_excess(options, now);
        let (start, whole) = self.forget(block);
        drop(held);
        // SAFETY: the parent's block, which is not known any more.
        unsafe { parent.allocator.deallocate(start, whole) };
        self.held.fetch_sub(whole.size(), Relaxed);
    }

    /// Forgets a block that is in no list. What it was is the caller's then. Under the lock.
    fn forget(&self, block: &Block) -> (NonNull<u8>, Layout) {
        let what = (block.start.get(), block.whole.get());
        self.map.remove(block);
        self.records.put(block);
        what
    }

    /// The block in use that starts at `start`; if there is none, the process ends with a message.
    fn live_block(&self, start: NonNull<u8>, layout: Option<Layout>) -> &Block {
        let found = self.find_block(start.addr().get(), &self.lock.lock());
        found.unwrap_or_else(|misuse| abort(misuse, start.as_ptr(), layout))
    }

    fn find_block(&self, address: usize, _: &LockGuard<'_>) -> Result<&Block, Misuse> {
        let block = self.map.starting_at(address).ok_or(Misuse::Foreign)?;
        if block.state.get() == State::Live { Ok(block) } else { Err(Misuse::Twice) }
    }

    /// What is known of the block in use that starts at `address`; or why there is none.
    pub(super) fn find(&self, address: usize) -> Result<Layouts, Misuse> {
        let held = self.lock.lock();
        let block = self.find_block(address, &held)?;
        Ok(Layouts { asked: block.asked.get(), whole: block.whole.get() })
    }

    /// Whether a live block starts at `address`, or goes through there.
    pub(super) fn owns(&self, address: usize) -> bool {
        let _held = self.lock.lock();
        let block = self.map.last_up_to(address).filter(|block| block.state.get() == State::Live);
        block.is_some_and(|block| address - block.address() < block.size())
    }

    /// The layout of a block with all its bytes.
    ///
    /// If no block is there, the process ends with a message.
    pub(super) fn layout(&self, start: NonNull<u8>) -> Layout {
        let found = self.find(start.addr().get());
        found.unwrap_or_else(|misuse| abort(misuse, start.as_ptr(), None)).whole
    }

    /// Gives everything back.
    ///
    /// # Safety
    ///
    /// Nobody uses any of it, or this, any more.
    pub(super) unsafe fn free<A: Allocator>(&self, parent: &A) {
        for block in self.records.iter().filter(|block| block.state.get() != State::Vacant) {
            // SAFETY: by `# Safety` of this fn; by invariant 1 the parent gave it.
            unsafe { parent.deallocate(block.start.get(), block.whole.get()) };
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.records.free() };
    }
}
