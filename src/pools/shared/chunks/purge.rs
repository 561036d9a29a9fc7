//! Free memory of chunks goes back to the system, or with its chunk to the parent.

use super::Chunks;
use super::bits::ranges;
use super::chunk::{Advised, Chunk};
use crate::os::advice;
use crate::pools::shared::geometry::{CHUNK, SLICE, SLICES};
use crate::pools::shared::options::{Options, Retain};
use crate::sources::Pages;

/// How many slices go to the system in one call or a few: such a call takes a tenth of a millisecond.
const PURGED_AT_ONCE: usize = 32;

/// How much of a pinned chunk was looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Part,
    All,
    /// And no page of a span is free.
    AllInUse,
}

/// A chunk that was looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Visited {
    Left,
    Pinned(Chunk),
}

impl Chunks {
    /// How many slices a page of the system has, one at least.
    pub(super) fn slices_of_a_page() -> usize {
        (Pages::page_size() / SLICE).max(1)
    }

    /// These slices of a chunk, which are free or [hidden](Chunk::set_hidden), hold no memory any more. Returns how many may have
    /// held some. Under the lock.
    pub(super) fn set_clean(&self, chunk: Chunk, slices: u128) -> usize {
        let before = chunk.dirty();
        chunk.set_clean(slices);
        let cleaned = before - chunk.dirty();
        self.dirty.set(self.dirty.get() - cleaned);
        cleaned
    }

    /// Looks at the first chunk from the `from`th place of the set on. One that nobody uses leaves, if nobody has used it since the
    /// last look either, where that counts `only`. Another stays until it is [unpinned](Self::unpin). Also returns its place.
    pub(crate) fn visit(&self, from: usize, only_idle: bool) -> Option<(usize, Visited)> {
        let _held = self.lock();
        let (place, chunk) = self.set.first_from(from)?;
        if if only_idle { chunk.is_idle() } else { chunk.is_empty() } {
            self.leave(chunk);
            return Some((place, Visited::Left));
        }
        chunk.set_pinned(true);
        Some((place, Visited::Pinned(chunk)))
    }

    /// Part of a pinned chunk goes: the system is not to make huge pages of the rest, which would bring that back.
    pub(crate) fn use_small_pages(chunk: Chunk) {
        if chunk.advised() == Advised::Huge {
            // SAFETY: a chunk that stays, of whole pages.
            unsafe { advice::small_pages(chunk.start(), CHUNK) };
            chunk.set_advised(Advised::Small);
        }
    }

    /// A chunk need not stay any longer. If all of it was seen, what is free in it now is idle if it still is at the next
    /// look; and if all is in use but for a few slices, it may be of huge pages again.
    pub(crate) fn unpin(&self, options: Options, chunk: Chunk, seen: Seen) {
        let is_nearly_full = || {
            let _held = self.lock();
            chunk.is_nearly_full()
        };
        if seen == Seen::AllInUse && chunk.advised() == Advised::Small && is_nearly_full() {
            // SAFETY: a chunk that stays, of whole pages.
            unsafe { advice::huge_pages(chunk.start(), CHUNK) };
            chunk.set_advised(Advised::Huge);
        }
        let _held = self.lock();
        chunk.set_pinned(false);
        if seen != Seen::Part {
            chunk.tick();
        }
        // It would have left when it became empty.
        let exceeds = self.dirty.get() > options.retain.bytes() / SLICE || options.retain == Retain::Nothing;
        if chunk.is_empty() && exceeds {
            self.leave(chunk);
        }
    }

    /// Gives free slices of a pinned chunk to the system, with no lock held meanwhile: some of those that were free at the last look,
    /// where that counts `only`. Returns how many bytes; none if there were no more, or if the system refuses.
    ///
    /// One thread does this at a time.
    pub(crate) fn purge(&self, options: Options, chunk: Chunk, only_idle: bool) -> usize {
        if !options.whole_pages || !advice::CAN_DISCARD {
            return 0;
        }
        let page = Self::slices_of_a_page();
        let slices = {
            let _held = self.lock();
            let slices = chunk.dirty_pages(only_idle, page);
            if slices == 0 {
                return 0;
            }
            let some = u128::MAX >> (SLICES - PURGED_AT_ONCE.max(page).min(SLICES));
            let slices = slices & some << slices.trailing_zeros();
            chunk.set_hidden(slices, true);
            self.sort(chunk, false);
            slices
        };
        Self::use_small_pages(chunk);
        // SAFETY: nobody takes what is hidden.
        let is_clean = unsafe { discard(chunk, slices) };
        let _held = self.lock();
        chunk.set_hidden(slices, false);
        self.sort(chunk, true);
        if is_clean { self.set_clean(chunk, slices) * SLICE } else { 0 }
    }
}

/// Gives slices of a chunk to the system, and says whether all of their memory is gone.
///
/// # Safety
///
/// Nobody uses them, nor takes them meanwhile.
pub(super) unsafe fn discard(chunk: Chunk, slices: u128) -> bool {
    // If the system refuses once, it will not be otherwise for the rest. They stay dirty, to be tried another time.
    ranges(slices).all(|(slice, count)| {
        // SAFETY: by `# Safety` of this fn.
        unsafe { advice::discard(chunk.slice_start(slice), count * SLICE) }
    })
}
