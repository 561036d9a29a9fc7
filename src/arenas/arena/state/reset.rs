//! Resets: every block is freed, and some chunks are kept.

use super::{BumpRegion, State};
use crate::api::Allocator;
use crate::arenas::arena::chunk::{ArenaChunk, ArenaChunkList};
use crate::arenas::growth::MIN_CAPACITY;

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    /// Frees all blocks, and makes every chunk spare.
    ///
    /// # Safety
    ///
    /// 1. No block is used again, and no scope is running.
    /// 2. This state is not that of a scope.
    unsafe fn vacate(&self) {
        self.forget_blocks();
        self.give_chunks_to(&self.own_supply);
    }

    /// Takes the cursor out of its region, and sets the counts to those of an arena without blocks.
    fn forget_blocks(&self) {
        self.leave_region();
        self.allocated_outside.set(0);
        self.tail.set(Self::NO_REGION);
        self.start_new_peak();
    }

    /// Frees all blocks, makes every chunk spare, and takes the largest one into use again.
    ///
    /// # Safety
    ///
    /// Those of [`vacate`](Self::vacate).
    pub(in crate::arenas::arena) unsafe fn vacate_and_enter_largest(&self) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.vacate() };
        self.enter_largest_spare();
    }

    fn enter_largest_spare(&self) {
        if let Some(largest) = self.own_supply.spare.take_largest() {
            self.enter(largest);
        }
    }

    /// Frees all blocks, and returns every chunk to the parent.
    ///
    /// # Safety
    ///
    /// Those of [`vacate`](Self::vacate); and `parent` is the parent of the arena.
    pub(in crate::arenas::arena) unsafe fn release_all(&self, parent: &impl Allocator) {
        self.forget_blocks();
        for chunks in [&self.oversize, &self.chunks] {
            // SAFETY: by `# Safety` of this fn and invariant 1.
            unsafe { chunks.release_all(parent) };
        }
        // SAFETY: as above.
        unsafe { self.own_supply.spare.release_all(parent) };
        self.own_supply.next_capacity.set(MIN_CAPACITY);
    }

    /// Frees all blocks, keeps the largest chunks that have a capacity of at most `max` bytes in all, and returns the others to the
    /// parent.
    ///
    /// # Safety
    ///
    /// Those of [`release_all`](Self::release_all).
    pub(in crate::arenas::arena) unsafe fn reset_keep_at_most(&self, parent: &impl Allocator, max: usize) {
        self.own_supply.limit_next_capacity(max);
        if let Some(only) = self.only_chunk().filter(|only| only.capacity() <= max) {
            // A shorter path for the common case.
            self.restart_in(only);
            return;
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.vacate() };
        let (spare, kept, mut left) = (&self.own_supply.spare, ArenaChunkList::new(), max);
        while let Some(largest) = spare.take_largest() {
            match left.checked_sub(largest.capacity()) {
                Some(less) => {
                    left = less;
                    kept.push(largest);
                }
                // SAFETY: by `# Safety` of this fn and invariant 1; the chunk was spare, and is in no list any more.
                None => unsafe { largest.release(parent) },
            }
        }
        while let Some(chunk) = kept.pop() {
            spare.insert(chunk);
        }
        self.enter_largest_spare();
    }

    /// Frees all blocks, keeps the largest chunk, and returns the others to the parent.
    ///
    /// # Safety
    ///
    /// Those of [`release_all`](Self::release_all).
    pub(in crate::arenas::arena) unsafe fn reset(&self, parent: &impl Allocator) {
        self.record_peak();
        let peak = self.recorded_peak.get();
        if let Some(only) = self.only_chunk() {
            // A shorter path for the common case.
            self.restart_in(only);
            return;
        }
        let tail = self.tail.get();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.vacate_and_enter_largest() };
        // SAFETY: by `# Safety` of this fn and invariant 1.
        unsafe { self.own_supply.spare.release_all(parent) };
        if tail == Self::NO_REGION {
            self.own_supply.raise_next_capacity(peak);
        } else {
            // A scope and the arena around it allocated in turns, and are likely to do so again. Half of the chunk is for scopes, so
            // the next one has room for twice the peak.
            self.own_supply.raise_next_capacity(peak.saturating_mul(2));
            self.leave_upper_half_to_scopes();
        }
    }

    /// Frees all blocks of an arena with this chunk alone.
    fn restart_in(&self, only: ArenaChunk<MIN_ALIGN>) {
        self.start_new_peak();
        self.set_region(BumpRegion { start: only.start(), end: self.cursor.end() }, only.start());
    }

    /// Returns the chunk that the cursor is in, if there is no other one, the region starts where the chunk does, and there is no tail
    /// but at the region's end.
    fn only_chunk(&self) -> Option<ArenaChunk<MIN_ALIGN>> {
        let tail = self.tail.get();
        let has_others = self.oversize.first().is_some() || !self.own_supply.spare.is_empty();
        let is_plain = !has_others && (tail == Self::NO_REGION || tail.start == self.cursor.end());
        self.chunks.first().filter(|chunk| is_plain && chunk.is_oldest() && chunk.start() == self.region_start.get())
    }

    /// Makes the upper half of the cursor's region the tail.
    fn leave_upper_half_to_scopes(&self) {
        if !self.has_region() {
            return;
        }
        let (start, end) = (self.region_start.get(), self.cursor.end());
        let half = (end.addr().get() - start.addr().get()) / 2 / MIN_ALIGN * MIN_ALIGN;
        // SAFETY: less than the length of the region.
        let middle = unsafe { start.byte_add(half) };
        self.set_region(BumpRegion { start, end: middle }, start);
        self.tail.set(BumpRegion { start: middle, end });
    }
}
