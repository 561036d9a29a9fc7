//! What an arena keeps when all of its blocks are freed.

use super::{FIRST_CHUNK, Region, State};
use crate::api::Allocator;
use crate::arenas::chunks::{Chunk, Chunks};

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    /// Makes every chunk spare.
    ///
    /// # Safety
    ///
    /// No block is used again. This is not a scope.
    unsafe fn vacate(&self) {
        self.forget_blocks();
        self.make_spare(&self.own_stock);
    }

    /// Leaves all chunks, as if nothing was in them.
    fn forget_blocks(&self) {
        self.leave();
        self.elsewhere.set(0);
        self.tail.set(Self::NOWHERE);
        self.earlier_peak.set(self.high_water());
        self.peak.set(0);
    }

    /// Makes every chunk spare and takes the largest into use again.
    ///
    /// # Safety
    ///
    /// As for [`vacate`](Self::vacate).
    pub(in crate::arenas::arena) unsafe fn vacate_and_enter_largest(&self) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.vacate() };
        self.enter_largest();
    }

    fn enter_largest(&self) {
        if let Some(largest) = self.own_stock.spare.take_largest() {
            self.enter(largest);
        }
    }

    /// Frees all blocks and gives every chunk back.
    ///
    /// # Safety
    ///
    /// As for [`vacate`](Self::vacate); and all chunks came from `parent`.
    pub(in crate::arenas::arena) unsafe fn release(&self, parent: &impl Allocator) {
        self.forget_blocks();
        for chunks in [&self.oversize, &self.chunks] {
            // SAFETY: by `# Safety` of this fn.
            unsafe { chunks.free(parent) };
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.own_stock.spare.free(parent) };
        self.own_stock.next_room.set(FIRST_CHUNK);
    }

    /// Frees all blocks, keeps chunks that have at most `max` bytes in all, the largest that fit, and frees the others.
    ///
    /// # Safety
    ///
    /// As for [`release`](Self::release).
    pub(in crate::arenas::arena) unsafe fn reset_keep_at_most(&self, parent: &impl Allocator, max: usize) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.vacate() };
        let (spare, kept, mut left) = (&self.own_stock.spare, Chunks::new(), max);
        while let Some(largest) = spare.take_largest() {
            match left.checked_sub(largest.room()) {
                Some(less) => {
                    left = less;
                    kept.push(largest);
                }
                // SAFETY: by `# Safety` of this fn; it is nowhere any more.
                None => unsafe { largest.free(parent) },
            }
        }
        while let Some(chunk) = kept.pop() {
            spare.put(chunk);
        }
        self.enter_largest();
        self.own_stock.expect_at_most(max);
    }

    /// Frees all blocks, keeps the largest chunk, and frees the others.
    ///
    /// # Safety
    ///
    /// As for [`release`](Self::release).
    pub(in crate::arenas::arena) unsafe fn reset(&self, parent: &impl Allocator) {
        self.add_up_peak();
        let peak = self.peak.get();
        if let Some(only) = self.only_chunk() {
            // The common case, in short.
            self.earlier_peak.set(self.high_water());
            self.peak.set(0);
            self.walk(Region { start: only.start(), end: self.cursor.end() }, only.start());
            return;
        }
        let tail = self.tail.get();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.vacate_and_enter_largest() };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.own_stock.spare.free(parent) };
        if tail == Self::NOWHERE {
            self.own_stock.expect(peak);
        } else {
            // A scope and the arena around it allocated in turns, and will again. Twice the room, for half is the scopes'.
            self.own_stock.expect(peak.saturating_mul(2));
            self.split();
        }
    }

    /// The chunk that the cursor walks in from its start on, if there is no other, and no tail but that one's.
    fn only_chunk(&self) -> Option<Chunk<MIN_ALIGN>> {
        let tail = self.tail.get();
        let has_others = self.oversize.first().is_some() || !self.own_stock.spare.is_empty();
        let is_plain = !has_others && (tail == Self::NOWHERE || tail.start == self.cursor.end());
        self.chunks.first().filter(|chunk| is_plain && chunk.is_oldest() && chunk.start() == self.start.get())
    }

    /// Leaves the upper half of the region to scopes.
    fn split(&self) {
        let (start, end) = (self.start.get(), self.cursor.end());
        let half = (end.addr().get() - start.addr().get()) / 2 / MIN_ALIGN * MIN_ALIGN;
        if start == Self::NOWHERE.start {
            return;
        }
        // SAFETY: less than the region's length.
        let middle = unsafe { start.byte_add(half) };
        self.walk(Region { start, end: middle }, start);
        self.tail.set(Region { start: middle, end });
    }
}
