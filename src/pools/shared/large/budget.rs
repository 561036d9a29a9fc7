//! The bytes of freed blocks that may be kept. The pool learns them from requests that a block would have served if it
//! had not been returned to the parent.
//!
//! A program that frees a large block once gains nothing if the pool keeps it. So the pool keeps a little in any case. If
//! it returns blocks, and requests for their bytes follow soon, it keeps that many bytes more. If no request comes for what
//! it keeps, it keeps less.

use core::cell::Cell;

use super::super::options::Retain;

/// The bytes that may be kept in any case, beside a sixteenth of those in use.
const MIN_KEPT: usize = 2 << 20;
/// If the blocks that were returned lately have as many bytes together as a request needs, so many times its bytes are
/// learnt. They would have served it, and are likely to have served others.
const SURE_MISS_WEIGHT: usize = 4;

/// The budget for kept blocks. Zero bytes are a new one. It changes under the lock of [`Large`](super::Large).
#[derive(Debug)]
pub(super) struct Budget {
    /// The bytes that the pool has learnt to keep.
    learnt: Cell<usize>,
    /// The bytes of blocks that were returned because the budget did not allow them, and that no request has missed yet.
    returned: Cell<usize>,
    /// Whether a request missed since the last scan.
    has_missed: Cell<bool>,
    /// The bytes that the requests of all blocks in use need. Their blocks may be longer.
    needed: Cell<usize>,
    /// The maximum of `needed` since the last scan, and between the two scans before.
    peak: Cell<usize>,
    peak_before: Cell<usize>,
}

impl Budget {
    /// Returns how many bytes may be kept while `live` bytes of blocks are in use.
    pub(super) fn max_kept(&self, retain: Retain, live: usize) -> usize {
        match retain {
            Retain::Everything => usize::MAX,
            Retain::Nothing | Retain::Bounded(_) | Retain::Recent => {
                let (least, peak) = (MIN_KEPT + self.needed.get() / 16, self.peak());
                let room = peak.saturating_add(peak / 2).saturating_sub(live);
                self.learnt.get().min(room).max(least).min(retain.bytes())
            }
        }
    }

    /// Returns how many bytes the block of a request may have more than the request needs, while `live` bytes of blocks
    /// are in use. The excess is wasted until the block is freed.
    pub(super) fn max_excess(&self, live: usize) -> usize {
        (self.peak() / 2).saturating_sub(live.saturating_sub(self.needed.get()))
    }

    /// Returns the bytes that were needed at once lately.
    fn peak(&self) -> usize {
        self.peak.get().max(self.peak_before.get())
    }

    /// Adds the bytes that a request needs.
    pub(super) fn add_needed(&self, bytes: usize) {
        self.needed.set(self.needed.get() + bytes);
        self.peak.set(self.peak.get().max(self.needed.get()));
    }

    /// Undoes [`add_needed`](Self::add_needed).
    pub(super) fn remove_needed(&self, bytes: usize) {
        self.needed.set(self.needed.get() - bytes);
    }

    /// Records that so many bytes of free blocks are returned because the budget does not allow them.
    pub(super) fn record_return(&self, bytes: usize) {
        self.returned.set(self.returned.get().saturating_add(bytes));
    }

    /// Records a request for so many bytes that no kept block serves.
    pub(super) fn record_miss(&self, bytes: usize) {
        self.has_missed.set(true);
        let missed = bytes.min(self.returned.get());
        self.returned.set(self.returned.get() - missed);
        let learnt = if missed == bytes { missed.saturating_mul(SURE_MISS_WEIGHT) } else { missed };
        self.learnt.set(self.learnt.get().saturating_add(learnt));
    }

    /// Records that so many bytes were kept for half a second, and no request came for them.
    pub(super) fn record_idle(&self, bytes: usize) {
        self.learnt.set(self.learnt.get().saturating_sub(bytes));
    }

    /// Begins another period, at the end of a scan.
    pub(super) fn age(&self) {
        self.learnt.set(self.learnt.get().min(self.peak().saturating_mul(2)));
        self.peak_before.set(self.peak.replace(self.needed.get()));
        if !self.has_missed.replace(false) {
            self.returned.set(self.returned.get() / 2);
        }
    }
}
