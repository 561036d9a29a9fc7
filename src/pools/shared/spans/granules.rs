//! The memory of free blocks of a span that has other blocks in use.
//!
//! It is returned to the system by granules of 4 KiB, of which the pages of the system consist. The state of a granule
//! is a bit of a word.

use core::ops::Range;
use core::sync::atomic::Ordering::Relaxed;

use super::class::ClassInfo;
use super::span::{Span, word_at};
use crate::os::advice;
use crate::pools::shared::chunks::{Scope, rows, whole_pages};
use crate::pools::shared::geometry::{GRANULE, SLICE};

/// A scan for idle memory skips a span of which less than one part in so many is idle: it would gain little for the
/// time it takes.
const MIN_IDLE_PART: u32 = 8;

impl Span {
    /// Returns the granules whose memory can be returned: those of whole pages, each `page` granules long, with a
    /// granule that may occupy memory in each page. The granules that are free now are idle at the next scan if they
    /// still are free.
    ///
    /// # Safety
    ///
    /// 1. The caller holds the lock of the shard.
    /// 2. The span is one of `class`.
    pub(super) unsafe fn discardable(self, class: &ClassInfo, scope: Scope, page: usize) -> u64 {
        let granules = &self.header().granules;
        let idle = granules.idle.get();
        if granules.changed.replace(false) {
            // SAFETY: by `# Safety` of this fn.
            granules.idle.set(unsafe { self.free_granules(class) });
        }
        let free = granules.idle.get();
        let dirty = free & !granules.clean.get();
        let candidates = match scope {
            Scope::Idle if dirty.count_ones() * MIN_IDLE_PART < class.slices * (SLICE / GRANULE) as u32 => return 0,
            Scope::Idle => free & idle,
            Scope::All => free,
        };
        whole_pages(u128::from(candidates), u128::from(dirty & candidates), page) as u64
    }

    /// Returns the granules of which all blocks are free.
    ///
    /// # Safety
    ///
    /// Those of [`discardable`](Self::discardable).
    unsafe fn free_granules(self, class: &ClassInfo) -> u64 {
        let bitmap = self.bitmap(class);
        let all_set = |blocks: Range<usize>| {
            words_of_blocks(blocks).all(|(at, mask)| {
                // SAFETY: the bitmap has a bit for each block.
                unsafe { word_at(bitmap, at) }.get() & mask == mask
            })
        };
        let granules = class.span_bytes() / GRANULE;
        (0..granules).filter(|&at| all_set(class.blocks_in_granules(at..at + 1))).fold(0, |free, at| free | 1 << at)
    }

    /// Hides the blocks of free granules, so that no thread takes them, and returns their number. If that is 0, because
    /// the granules lie behind the last block, they are not marked as hidden.
    ///
    /// # Safety
    ///
    /// 1. As for [`discardable`](Self::discardable).
    /// 2. All blocks of the granules are free.
    pub(super) unsafe fn hide(self, class: &ClassInfo, granules: u64) -> u32 {
        let (bitmap, header) = (self.bitmap(class), self.header());
        let mut hidden = 0;
        for (at, mask) in words_of_granules(class, granules) {
            // SAFETY: the bitmap has a bit for each block.
            let word = unsafe { word_at(bitmap, at) };
            hidden += (word.get() & mask).count_ones();
            word.set(word.get() & !mask);
        }
        if hidden > 0 {
            header.granules.hidden.set(granules);
            header.free_blocks.store(header.free_blocks.load(Relaxed) - hidden, Relaxed);
        }
        hidden
    }

    /// Frees hidden blocks.
    ///
    /// # Safety
    ///
    /// 1. As for [`discardable`](Self::discardable).
    /// 2. [`hide`](Self::hide) was called with these granules, and has hidden some blocks.
    pub(super) unsafe fn unhide(self, class: &ClassInfo, granules: u64) {
        let (bitmap, header) = (self.bitmap(class), self.header());
        let mut free = header.free_blocks.load(Relaxed);
        for (at, mask) in words_of_granules(class, granules) {
            // SAFETY: the bitmap has a bit for each block.
            let word = unsafe { word_at(bitmap, at) };
            free += (!word.get() & mask).count_ones();
            word.set(word.get() | mask);
            header.first_free_word.set(header.first_free_word.get().min(at as u32));
        }
        header.granules.hidden.set(0);
        header.free_blocks.store(free, Relaxed);
    }

    /// Notes that free granules occupy no memory. The caller holds the lock of the shard.
    pub(super) fn mark_clean(self, granules: u64) {
        let clean = &self.header().granules.clean;
        clean.set(clean.get() | granules);
    }

    /// Returns the memory of granules to the system, and whether they occupy none any more.
    ///
    /// # Safety
    ///
    /// The blocks of the granules are [hidden](Self::hide).
    pub(super) unsafe fn discard(self, granules: u64) -> bool {
        rows(u128::from(granules)).all(|(first, count)| {
            // SAFETY: the granules lie in the span.
            let start = unsafe { self.start().add(first * GRANULE) };
            // SAFETY: no thread takes or uses the blocks, by `# Safety` of this fn.
            unsafe { advice::discard(start, count * GRANULE) }
        })
    }
}

impl ClassInfo {
    /// Returns the granules in which blocks with these indices lie, as bits.
    pub(super) fn granules_of_blocks(&self, blocks: Range<usize>) -> u64 {
        let size = self.size as usize;
        let (first, end) = (blocks.start * size / GRANULE, (blocks.end * size).div_ceil(GRANULE));
        (u64::MAX >> (64 - (end - first))) << first
    }

    /// Returns the indices of the blocks that lie in these granules, entirely or in part.
    fn blocks_in_granules(&self, granules: Range<usize>) -> Range<usize> {
        let size = self.size as usize;
        let end = (self.first_block + self.capacity) as usize;
        let blocks = granules.start * GRANULE / size..(granules.end * GRANULE).div_ceil(size);
        // The indices before the first block belong to the bitmap, whose own bits are not set.
        blocks.start.min(end)..blocks.end.min(end)
    }
}

/// Returns the words of a bitmap that have bits of blocks with these indices: the index of each, and the bits in it.
fn words_of_blocks(blocks: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
    (blocks.start / 64..blocks.end.div_ceil(64)).map(move |at| {
        let (first, end) = (blocks.start.max(at * 64) - at * 64, blocks.end.min(at * 64 + 64) - at * 64);
        (at, if first < end { (u64::MAX >> (64 - (end - first))) << first } else { 0 })
    })
}

/// Returns the words of a bitmap that have bits of blocks in these granules, as [`words_of_blocks`].
fn words_of_granules(class: &ClassInfo, granules: u64) -> impl Iterator<Item = (usize, u64)> {
    rows(u128::from(granules))
        .flat_map(|(first, count)| words_of_blocks(class.blocks_in_granules(first..first + count)))
}
