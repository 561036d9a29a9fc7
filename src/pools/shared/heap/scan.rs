//! The state of the scan for memory to give back, which [`reclaim`](super::reclaim) advances step by step.

use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicUsize};

use crate::pools::shared::cache::Cache;
use crate::threads::lock::Lock;

/// The scan that all threads of a pool advance. Zero bytes are a scan that never ran.
#[derive(Debug)]
pub(super) struct ScanState {
    pub(super) lock: Lock,
    /// The time, in ticks, at which the last scan ended. The next one starts half a second later, so two scans of a
    /// chunk are at least that far apart.
    pub(super) last_end: AtomicUsize,
    pub(super) is_running: AtomicBool,
    /// The bytes of all chunks from which on the next scan starts before its time.
    pub(super) next_at_bytes: AtomicUsize,
    /// The progress of the running scan, used under the lock.
    pub(super) progress: Progress,
}

/// The progress of a scan. Zero bytes are its start.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) phase: Cell<Phase>,
    /// The next cache.
    pub(super) cache: Cell<*mut Cache>,
    /// The next shard; or the position of the next chunk in the set of addresses.
    pub(super) position: Cell<usize>,
    /// The next slice of that chunk.
    pub(super) slice: Cell<usize>,
    /// Whether a granule of a span before that slice is free.
    pub(super) has_free: Cell<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    Start = 0,
    Caches,
    Shards,
    Chunks,
    /// The large blocks are left, which are scanned without the lock.
    End,
}

impl Progress {
    pub(super) const fn new() -> Self {
        Self {
            phase: Cell::new(Phase::Start),
            cache: Cell::new(ptr::null_mut()),
            position: Cell::new(0),
            slice: Cell::new(0),
            has_free: Cell::new(false),
        }
    }

    pub(super) fn begin(&self, phase: Phase) {
        self.phase.set(phase);
        self.position.set(0);
        self.slice.set(0);
    }
}
