//! Marks, and going back to them.

use core::ptr::NonNull;

use super::{BumpRegion, State};
use crate::arenas::arena::chunk::{ArenaChunk, ArenaChunkList};

/// A moment in the life of an arena.
#[derive(Clone, Copy, Debug)]
pub(in crate::arenas::arena) struct Mark {
    position: NonNull<u8>,
    end: NonNull<u8>,
    serial: usize,
}

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    pub(in crate::arenas::arena) fn mark(&self) -> Mark {
        Mark { position: self.cursor.position(), end: self.cursor.end(), serial: self.last_serial.get() }
    }

    /// Goes back to `mark`. Chunks taken since become spare.
    ///
    /// # Safety
    ///
    /// 1. `mark` is from this arena, which since then has been neither reset nor rewound to an earlier mark. No scope that began
    ///    since is running.
    /// 2. No block that was allocated, grown or shrunk since is used again.
    pub(in crate::arenas::arena) unsafe fn rewind(&self, mark: Mark) {
        let is_newer = |chunk: ArenaChunk<MIN_ALIGN>| chunk.serial() > mark.serial;
        if self.oversize.first().is_some_and(is_newer) {
            self.record_peak();
            self.make_spare(self.oversize.split_off(is_newer));
        }
        // Without a region at the time of the mark there is no position to return to. A scope may have used the region then, and may
        // still use it.
        let had_region = mark.position != Self::NO_REGION.start;
        if self.chunks.first().is_some_and(is_newer) {
            self.leave_region();
            self.make_spare(self.chunks.split_off(is_newer));
            // Only a tail that starts where the region ended at that time existed then for certain. Any other may lie in a chunk that
            // has become spare, or in one that the cursor has left since.
            if self.tail.get().start != mark.end {
                self.tail.set(Self::NO_REGION);
            }
            if had_region {
                let chunk = self.chunks.first();
                let used = chunk.map_or(self.base_used.get(), |chunk| chunk.used());
                self.allocated_outside.set(self.allocated_outside.get() - used);
                let start = chunk.map_or(self.base.start, |chunk| chunk.start());
                self.set_region(BumpRegion { start, end: mark.end }, mark.position);
            }
        } else if had_region && self.has_region() {
            self.record_peak();
            // SAFETY: by (1) the position was one of this cursor's in this region, and by (2) all blocks behind it are free.
            unsafe { self.cursor.set(mark.position, self.cursor.end()) };
        }
    }

    /// Makes chunks spare that were removed from one of the lists.
    fn make_spare(&self, removed: ArenaChunkList<MIN_ALIGN>) {
        while let Some(chunk) = removed.pop() {
            self.allocated_outside.set(self.allocated_outside.get() - chunk.used());
            self.supply().spare.insert(chunk);
        }
    }
}
