//! How far a look for memory that nobody uses has come, which goes on a little at a time: see [`reclaim`](super::reclaim).

use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicUsize};

use crate::pools::shared::cache::Cache;
use crate::threads::lock::Lock;

/// All zero bytes are those of a heap in which nobody has looked.
#[derive(Debug)]
pub(super) struct Purge {
    pub(super) lock: Lock,
    /// When the last look ended, in ticks: so no two looks at the same chunk are closer together than one waits.
    pub(super) ended: AtomicUsize,
    pub(super) is_under_way: AtomicBool,
    /// The bytes of chunks from which on the next look begins before its time.
    pub(super) until: AtomicUsize,
    /// Of the look that is under way; used under the lock.
    pub(super) look: Look,
}

/// How far a look has come. All zero bytes are its beginning.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) at: Cell<Phase>,
    /// The cache, the shard, or the place of the chunk that is next.
    pub(super) cache: Cell<*mut Cache>,
    pub(super) place: Cell<usize>,
    /// The slice of that chunk that is next, and whether no page before it is free.
    pub(super) slice: Cell<usize>,
    pub(super) full: Cell<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    Start = 0,
    Caches,
    Shards,
    Chunks,
    /// Large blocks are next, without the lock.
    End,
}

impl Look {
    pub(super) const fn new() -> Self {
        Self {
            at: Cell::new(Phase::Start),
            cache: Cell::new(ptr::null_mut()),
            place: Cell::new(0),
            slice: Cell::new(0),
            full: Cell::new(false),
        }
    }

    pub(super) fn go_on(&self, phase: Phase) {
        self.at.set(phase);
        self.place.set(0);
        self.slice.set(0);
    }
}
