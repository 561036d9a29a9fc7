//! The free memory of chunks is returned to the system, or with its chunk to the parent.

use super::bits::rows;
use super::chunk::{Advised, Chunk, Scope};
use super::{Change, Chunks};
use crate::os::advice;
use crate::pools::shared::geometry::{CHUNK, SLICE, SLICES};
use crate::pools::shared::options::{Options, Retain};
use crate::sources::Pages;

/// The slices that one step of a scan returns to the system, at most: that takes a tenth of a millisecond.
const MAX_SLICES_PER_STEP: usize = 32;

/// The part of a pinned chunk that a scan has gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scanned {
    Part,
    All,
    /// All of the chunk, in which no granule of a span is free.
    AllInUse,
}

/// The outcome of a [visit](Chunks::visit).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Visit {
    Departed,
    Pinned(Chunk),
}

impl Chunks {
    /// Returns the free memory of a chunk to the system, or makes the chunk depart if it is empty. Under the lock, which it
    /// holds during the system call: were the slices hidden instead, other threads would miss them where the parent has no
    /// more memory, and the child of a fork would lose them.
    pub(super) fn discard_or_depart(&self, options: Options, chunk: Chunk) {
        if chunk.is_empty() {
            self.depart(chunk);
        } else if options.whole_pages && advice::CAN_DISCARD {
            let slices = chunk.discardable(Scope::All, page_slices());
            // SAFETY: the slices are free, and the lock is held, so that no thread takes them.
            if unsafe { discard(chunk, slices) } {
                self.mark_clean(chunk, slices);
            }
        }
    }

    /// Notes that slices of `chunk`, which are free or [hidden](Chunk::hide), occupy no memory. Returns how many may
    /// have occupied some. Under the lock.
    fn mark_clean(&self, chunk: Chunk, slices: u128) -> usize {
        let before = chunk.dirty_count();
        chunk.mark_clean(slices);
        let cleaned = before - chunk.dirty_count();
        self.dirty.set(self.dirty.get() - cleaned);
        cleaned
    }

    /// Visits the first chunk whose position in the set of addresses is `from` or higher, and returns the position.
    ///
    /// A chunk that is empty, for long enough if `scope` says so, departs. Any other is pinned until
    /// [`unpin`](Self::unpin).
    pub(crate) fn visit(&self, from: usize, scope: Scope) -> Option<(usize, Visit)> {
        let _held = self.lock();
        let (position, chunk) = self.addresses.next_from(from)?;
        let departs = match scope {
            Scope::Idle => chunk.is_idle(),
            Scope::All => chunk.is_empty(),
        };
        if departs {
            self.depart(chunk);
            return Some((position, Visit::Departed));
        }
        chunk.pin();
        Some((position, Visit::Pinned(chunk)))
    }

    /// Ends huge pages for a pinned chunk of which a part will be discarded: the system would bring that part back to
    /// make a huge page.
    pub(crate) fn use_small_pages(chunk: Chunk) {
        if chunk.advised() == Advised::Huge {
            // SAFETY: the chunk is pinned, so it is not returned. Huge pages were advised, so it consists of whole pages.
            unsafe { advice::small_pages(chunk.start(), CHUNK) };
            chunk.set_advised(Advised::Small);
        }
    }

    /// Unpins a chunk. If all of it was scanned, its free slices are idle at the next scan if they still are free; and
    /// if nearly all of it is in use, it may be on huge pages again.
    pub(crate) fn unpin(&self, options: Options, chunk: Chunk, scanned: Scanned) {
        let is_nearly_full = || {
            let _held = self.lock();
            chunk.is_nearly_full()
        };
        if scanned == Scanned::AllInUse && chunk.advised() == Advised::Small && is_nearly_full() {
            // SAFETY: the chunk is still pinned, and consists of whole pages, as in `use_small_pages`.
            unsafe { advice::huge_pages(chunk.start(), CHUNK) };
            chunk.set_advised(Advised::Huge);
        }
        let _held = self.lock();
        chunk.unpin();
        if scanned != Scanned::Part {
            chunk.age();
        }
        // It may have become empty while it was pinned.
        if chunk.is_empty() && (self.exceeds(options.retain) || options.retain == Retain::Nothing) {
            self.depart(chunk);
        }
    }

    /// Returns some free slices of a pinned chunk to the system, without the lock meanwhile. Returns how many bytes: 0
    /// if there are no more such slices, or if the system refuses.
    ///
    /// The caller holds the lock of the scan.
    pub(crate) fn discard_free_slices(&self, options: Options, chunk: Chunk, scope: Scope) -> usize {
        if !options.whole_pages || !advice::CAN_DISCARD {
            return 0;
        }
        let page = page_slices();
        let slices = {
            let _held = self.lock();
            let slices = chunk.discardable(scope, page);
            if slices == 0 {
                return 0;
            }
            let first_ones = u128::MAX >> (SLICES - MAX_SLICES_PER_STEP.max(page).min(SLICES));
            let slices = slices & first_ones << slices.trailing_zeros();
            chunk.hide(slices);
            self.refile(chunk, Change::Fewer);
            slices
        };
        Self::use_small_pages(chunk);
        // SAFETY: the slices are hidden, so no thread takes them, and the chunk is pinned, so it stays.
        let is_clean = unsafe { discard(chunk, slices) };
        let _held = self.lock();
        chunk.unhide(slices);
        self.refile(chunk, Change::More);
        if is_clean { self.mark_clean(chunk, slices) * SLICE } else { 0 }
    }
}

/// Returns the number of slices in a page of the system: at least 1.
fn page_slices() -> usize {
    (Pages::page_size() / SLICE).max(1)
}

/// Returns slices to the system, and whether they occupy no memory any more.
///
/// # Safety
///
/// The slices of the chunk are free or hidden, and no thread takes them meanwhile.
unsafe fn discard(chunk: Chunk, slices: u128) -> bool {
    // A system that refuses one call refuses the others too. The slices stay dirty, so a later scan tries again.
    rows(slices).all(|(first, count)| {
        // SAFETY: by `# Safety` of this fn the slices contain nothing of use.
        unsafe { advice::discard(chunk.slice_start(first), count * SLICE) }
    })
}
