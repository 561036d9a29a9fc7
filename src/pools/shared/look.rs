//! How far a look for memory that nobody uses has come, which goes on a little at a time: see [`purge`](super::purge).

use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicUsize};

use super::cache::Cache;
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

/// How far [`SharedPool::purge`](super::SharedPool::purge) has come.
///
/// # Examples
///
/// ```
/// use janus_alloc::SharedPool;
///
/// let purged = SharedPool::new().purge();
/// assert!(purged.is_done() && purged.bytes() == 0); // it has no memory yet
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "if it is not done, there is more to give back"]
pub struct Purged {
    pub(super) bytes: usize,
    pub(super) is_unfinished: bool,
}

impl Purged {
    /// How many bytes went back, of those that were held or only resident.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SharedPool;
    ///
    /// let pool = SharedPool::new();
    /// drop(janus_alloc::collections::Box::new_in([1_u8; 1000], &pool));
    /// assert_eq!(pool.purge().bytes(), 0); // used just now
    /// ```
    #[must_use]
    pub fn bytes(self) -> usize {
        self.bytes
    }

    /// Whether there is no more to do for half a second; else the caller, or whoever asks the pool for something next, goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SharedPool;
    ///
    /// let pool = SharedPool::new();
    /// drop(janus_alloc::collections::Box::new_in([1_u8; 1000], &pool));
    /// while !pool.purge().is_done() {}
    /// ```
    #[must_use]
    pub fn is_done(self) -> bool {
        !self.is_unfinished
    }
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
