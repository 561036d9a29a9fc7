//! Pages of a span without a block in use.

use core::ops::Range;
use core::sync::atomic::Ordering::Relaxed;

use super::class::Class;
use super::span::{Span, word_at};
use crate::os::advice;
use crate::pools::shared::chunks::{ranges, whole_pages};
use crate::pools::shared::geometry::{GRANULE, SLICE};

/// Pages go back of a span with so much of it free, a fraction: of one that is nearly full it would be little for what it takes.
const FREE_PART: u32 = 8;

impl Span {
    /// Looks for granules whose memory can go: without a block in use, at the last look too where that counts `only`; whole pages,
    /// each as long as `page` granules. What is free now is idle if it still is at the next look.
    ///
    /// # Safety
    ///
    /// The caller holds the lock; the span is one of `class`.
    pub(crate) unsafe fn look(self, class: &Class, only_idle: bool, page: usize) -> u64 {
        let pages = &self.slice().pages;
        let idle = pages.idle.get();
        if pages.changed.replace(false) {
            // SAFETY: by `# Safety` of this fn.
            pages.idle.set(unsafe { self.free_granules(class) });
        }
        let free = pages.idle.get();
        let dirty = free & !pages.clean.get();
        if only_idle && dirty.count_ones() * FREE_PART < class.slices * (SLICE / GRANULE) as u32 {
            return 0;
        }
        let candidates = if only_idle { free & idle } else { free };
        whole_pages(u128::from(candidates), u128::from(dirty & candidates), page) as u64
    }

    /// The granules without a block in use.
    ///
    /// # Safety
    ///
    /// As for [`look`](Self::look).
    unsafe fn free_granules(self, class: &Class) -> u64 {
        let bits = self.bits(class);
        let all_set = |numbers: Range<usize>| {
            words_of(numbers).all(|(at, mask)| {
                // SAFETY: there is a bit for each block.
                unsafe { word_at(bits, at) }.get() & mask == mask
            })
        };
        let granules = class.slices as usize * SLICE / GRANULE;
        (0..granules).filter(|&at| all_set(class.numbers_in(at..at + 1))).fold(0, |free, at| free | 1 << at)
    }

    /// Hides the free blocks in these granules, which are all that lie there, so that nobody takes one. Returns how many: none if the
    /// granules lie behind the last block, and then they are not hidden.
    ///
    /// # Safety
    ///
    /// As for [`look`](Self::look), which found the granules just now.
    pub(crate) unsafe fn hide(self, class: &Class, granules: u64) -> u32 {
        let bits = self.bits(class);
        let mut hidden = 0;
        for (at, mask) in words_in(class, granules) {
            // SAFETY: there is a bit for each block.
            let word = unsafe { word_at(bits, at) };
            hidden += (word.get() & mask).count_ones();
            word.set(word.get() & !mask);
        }
        if hidden > 0 {
            self.slice().pages.hidden.set(granules);
            self.slice().free.store(self.slice().free.load(Relaxed) - hidden, Relaxed);
        }
        hidden
    }

    /// Shows hidden blocks again. Their granules hold no memory if they are `clean`.
    ///
    /// # Safety
    ///
    /// As for [`hide`](Self::hide), which was called with these granules.
    pub(crate) unsafe fn show(self, class: &Class, granules: u64, clean: bool) {
        let (bits, slice) = (self.bits(class), self.slice());
        let mut shown = 0;
        for (at, mask) in words_in(class, granules) {
            // SAFETY: there is a bit for each block.
            let word = unsafe { word_at(bits, at) };
            shown += (!word.get() & mask).count_ones();
            word.set(word.get() | mask);
            slice.hint.set(slice.hint.get().min(at as u32));
        }
        slice.pages.hidden.set(0);
        slice.pages.clean.set(slice.pages.clean.get() | if clean { granules } else { 0 });
        slice.free.store(slice.free.load(Relaxed) + shown, Relaxed);
    }

    /// Gives the memory of granules to the system, and says whether it is gone.
    ///
    /// # Safety
    ///
    /// The blocks there are [hidden](Self::hide).
    pub(crate) unsafe fn discard(self, granules: u64) -> bool {
        ranges(u128::from(granules)).all(|(first, count)| {
            // SAFETY: within the span.
            let start = unsafe { self.start().add(first * GRANULE) };
            // SAFETY: free blocks that nobody takes, by `# Safety` of this fn.
            unsafe { advice::discard(start, count * GRANULE) }
        })
    }
}

impl Class {
    /// The granules that blocks with these numbers lie in.
    pub(super) fn granules_of(&self, numbers: Range<usize>) -> u64 {
        let size = self.size as usize;
        let (first, end) = (numbers.start * size / GRANULE, (numbers.end * size).div_ceil(GRANULE));
        (u64::MAX >> (64 - (end - first))) << first
    }

    /// The numbers of the blocks that lie in these granules, be it with a part.
    fn numbers_in(&self, granules: Range<usize>) -> Range<usize> {
        let size = self.size as usize;
        let end = (self.first + self.capacity) as usize;
        let numbers = granules.start * GRANULE / size..(granules.end * GRANULE).div_ceil(size);
        // The first may be bits, which are not free, and behind the last there is nothing.
        numbers.start.min(end)..numbers.end.min(end)
    }
}

/// For each word of bits that these numbers have bits in: which it is, and their bits in it.
fn words_of(numbers: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
    (numbers.start / 64..numbers.end.div_ceil(64)).map(move |at| {
        let (first, end) = (numbers.start.max(at * 64) - at * 64, numbers.end.min(at * 64 + 64) - at * 64);
        (at, if first < end { (u64::MAX >> (64 - (end - first))) << first } else { 0 })
    })
}

/// As [`words_of`] the blocks in granules.
fn words_in(class: &Class, granules: u64) -> impl Iterator<Item = (usize, u64)> {
    ranges(u128::from(granules)).flat_map(|(first, count)| words_of(class.numbers_in(first..first + count)))
}
