//! The bytes of freed blocks that may be kept, learnt from requests that could have been served by blocks that went back.
//!
//! A program that frees a large block once gains nothing from a pool that keeps it. So a little is kept in any case; more when requests
//! come for what went back lately, as much as they ask for; and less when what is kept is not asked for.

use core::cell::Cell;

use super::super::options::Retain;

/// Kept in any case, beside a sixteenth of what is in use.
const LEAST: usize = 2 << 20;
/// How many times the bytes of a request are learnt that blocks which went back lately had together.
const SURE: usize = 4;

/// Changes under the lock of the [large blocks](super::Large). All zero bytes are a new one.
#[derive(Debug)]
pub(super) struct Budget {
    learnt: Cell<usize>,
    /// Bytes of blocks that went back because there was no room for them, and that no request came for yet.
    returned: Cell<usize>,
    /// Whether one has come since the last look.
    is_missed: Cell<bool>,
    /// Bytes that the live requests need: unlike those of their blocks, which may be longer.
    needed: Cell<usize>,
    /// The most that they needed at once since the last look, and between that and the one before.
    peak: Cell<usize>,
    peak_before: Cell<usize>,
}

impl Budget {
    /// How many bytes may be kept beside `live` bytes of blocks in use.
    pub(super) fn kept(&self, retain: Retain, live: usize) -> usize {
        match retain {
            Retain::Everything => usize::MAX,
            Retain::Nothing | Retain::Bounded(_) | Retain::Recent => {
                let (least, peak) = (LEAST + self.needed.get() / 16, self.peak());
                let room = peak.saturating_add(peak / 2).saturating_sub(live);
                self.learnt.get().min(room).max(least).min(retain.bytes())
            }
        }
    }

    /// How many bytes more than it needs the block of a request may have, beside `live` bytes of blocks in use: what is too much is of
    /// use to nobody as long as the block lives.
    pub(super) fn waste(&self, live: usize) -> usize {
        (self.peak() / 2).saturating_sub(live.saturating_sub(self.needed.get()))
    }

    /// What was needed at once lately.
    fn peak(&self) -> usize {
        self.peak.get().max(self.peak_before.get())
    }

    pub(super) fn add(&self, needed: usize) {
        self.needed.set(self.needed.get() + needed);
        self.peak.set(self.peak.get().max(self.needed.get()));
    }

    pub(super) fn remove(&self, needed: usize) {
        self.needed.set(self.needed.get() - needed);
    }

    /// A block goes back for want of room.
    pub(super) fn note_returned(&self, bytes: usize) {
        self.returned.set(self.returned.get().saturating_add(bytes));
    }

    /// A request comes that no kept block serves.
    pub(super) fn note_missed(&self, bytes: usize) {
        self.is_missed.set(true);
        let again = bytes.min(self.returned.get());
        self.returned.set(self.returned.get() - again);
        // One that would have been served for certain says that others would be, which is learnt the faster.
        let learnt = if again == bytes { again.saturating_mul(SURE) } else { again };
        self.learnt.set(self.learnt.get().saturating_add(learnt));
    }

    /// So many bytes were kept for nothing.
    pub(super) fn note_idle(&self, bytes: usize) {
        self.learnt.set(self.learnt.get().saturating_sub(bytes));
    }

    /// A look at what has been used lately.
    pub(super) fn look(&self) {
        self.learnt.set(self.learnt.get().min(self.peak().saturating_mul(2)));
        self.peak_before.set(self.peak.replace(self.needed.get()));
        if !self.is_missed.replace(false) {
            self.returned.set(self.returned.get() / 2);
        }
    }
}
