//! Slices full of blocks of one class, with a bit for each that says whether it is free.
//!
//! Bits rather than a list through the blocks: what is taken comes in the order of the addresses however it was given back,
//! free blocks are neither read nor written, and a block that is given back twice is noticed.
//!
//! A span of which some blocks are in use has pages without any. These go back to the system one by one: a word has a bit for each
//! granule of 4 KiB, of which the pages of the system are made.
//!
//! All of it under the lock of the [shard](super::shard) that has the span.

use core::cell::Cell;
use core::ops::Range;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use super::chunk::{CHUNK, Chunk, SLICE, Slice, WORDS, ranges, whole_pages};
use super::class::Class;
use crate::os::advice;

/// The bytes of a granule.
pub(super) const GRANULE: usize = 4 << 10;
/// Pages go back of a span with so much of it free, a fraction: of one that is nearly full it would be little for what it takes.
const FREE_PART: u32 = 8;

/// A span, which lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    chunk: Chunk,
    /// From the start of the chunk on, in bytes: a multiple of the length of the span, which is a power of two.
    offset: usize,
}

impl Span {
    /// Makes all blocks free, on pages that were never touched if it `is_zero`.
    ///
    /// # Safety
    ///
    /// The slices from `slice` on are taken, for a span of `class`, and nobody uses them yet.
    pub(super) unsafe fn init(chunk: Chunk, slice: usize, class: &Class, is_zero: bool) -> Self {
        let span = Self::at(chunk, slice);
        let (first, end) = (class.first as usize, (class.first + class.capacity) as usize);
        for word in 0..end.div_ceil(64) {
            let below = |limit: usize| match limit.saturating_sub(word * 64) {
                count @ 0..64 => (1_u64 << count) - 1,
                _ => u64::MAX,
            };
            // Written, not set: nothing may have been written there before.
            // SAFETY: the span has a bit for each block.
            let place = unsafe { span.bits(class).add(word) };
            // SAFETY: nobody uses the span yet, by `# Safety` of this fn.
            unsafe { place.write(Cell::new(below(end) & !below(first))) };
        }
        span.slice().free.store(class.capacity, Relaxed);
        span.slice().hint.set(0);
        let pages = &span.slice().pages;
        pages.idle.set(0);
        pages.clean.set(if is_zero { u64::MAX } else { 0 });
        pages.hidden.set(0);
        pages.changed.set(true);
        span
    }

    /// The span whose first slice has that number.
    pub(super) fn at(chunk: Chunk, slice: usize) -> Self {
        Self { chunk, offset: slice * SLICE }
    }

    /// The span of a block.
    ///
    /// # Safety
    ///
    /// The block lies in a span of `class`.
    #[inline(always)]
    pub(super) unsafe fn of(block: NonNull<u8>, class: &Class) -> Self {
        let address = block.addr().get();
        // SAFETY: by `# Safety` of this fn.
        let chunk = unsafe { Chunk::of(address) };
        Self { chunk, offset: (address % CHUNK) & !(class.slices as usize * SLICE - 1) }
    }

    /// The span whose first slice that is.
    pub(super) fn of_slice(slice: NonNull<Slice>) -> Self {
        let address = slice.addr().get();
        // SAFETY: the header of a slice lies in a chunk.
        let chunk = unsafe { Chunk::of(address) };
        Self { chunk, offset: address % CHUNK * (SLICE / size_of::<Slice>()) }
    }

    /// The header of its first slice, with provenance for the whole chunk.
    #[inline(always)]
    pub(super) fn first(self) -> NonNull<Slice> {
        // SAFETY: the headers of the slices are at the start of the chunk.
        unsafe { self.chunk.start().add(self.offset / (SLICE / size_of::<Slice>())) }.cast()
    }

    #[inline(always)]
    pub(super) fn slice(&self) -> &Slice {
        // SAFETY: the span lives, and no slice is ever borrowed mutably.
        unsafe { self.first().as_ref() }
    }

    pub(super) fn chunk(self) -> Chunk {
        self.chunk
    }

    /// The number of its first slice.
    pub(super) fn number(self) -> usize {
        self.offset / SLICE
    }

    #[inline(always)]
    fn start(self) -> NonNull<u8> {
        // SAFETY: within the chunk.
        unsafe { self.chunk.start().add(self.offset) }
    }

    /// The bits lie with the chunk's; but those of blocks of 8 bytes, twice as many as there is room for, in the span itself.
    #[inline(always)]
    fn bits(self, class: &Class) -> NonNull<Cell<u64>> {
        let of_a_slice = WORDS * size_of::<u64>();
        // SAFETY: the chunk has bits for each of its slices.
        let in_chunk = || unsafe { self.chunk.bits().byte_add(self.offset / (SLICE / of_a_slice)) };
        if class.first == 0 { in_chunk() } else { self.start().cast() }
    }

    /// Takes at most `most` blocks, and stores them from `into` on, the last one first.
    ///
    /// # Safety
    ///
    /// The caller holds the lock; the span is one of `class`; from `into` on there is room for `most`.
    pub(super) unsafe fn take(self, class: &Class, into: NonNull<*mut u8>, most: usize) -> usize {
        let slice = self.slice();
        let free = slice.free.load(Relaxed) as usize;
        let count = free.min(most);
        let (start, bits) = (self.start(), self.bits(class));
        let pages = &slice.pages;
        pages.changed.set(true);
        let mut left = count;
        let mut at = slice.hint.get() as usize;
        while left > 0 {
            // SAFETY: so many bits are set, so there is a word with one.
            let word = unsafe { word_at(bits, at) };
            let before = word.get();
            let mut set = before;
            while set != 0 && left > 0 {
                left -= 1;
                let number = at * 64 + set.trailing_zeros() as usize;
                set &= set - 1;
                // SAFETY: a block of the span.
                let block = unsafe { start.add(number * class.size as usize) };
                // SAFETY: less than `most`.
                let place = unsafe { into.add(left) };
                // SAFETY: by `# Safety` of this fn.
                unsafe { place.write(block.as_ptr()) };
            }
            word.set(set);
            if pages.idle.get() | pages.clean.get() != 0 && before != set {
                let taken = before ^ set;
                let numbers = at * 64 + taken.trailing_zeros() as usize..at * 64 + 64 - taken.leading_zeros() as usize;
                let used = class.granules_of(numbers);
                pages.idle.set(pages.idle.get() & !used);
                pages.clean.set(pages.clean.get() & !used);
            }
            at += usize::from(set == 0 && left > 0);
        }
        slice.hint.set(at as u32);
        slice.free.store((free - count) as u32, Relaxed);
        count
    }

    /// Whether a block is free.
    ///
    /// # Safety
    ///
    /// The caller holds the lock; the span is one of `class`, and `block` one of its blocks.
    pub(super) unsafe fn is_free(self, class: &Class, block: NonNull<u8>) -> bool {
        let number = class.number_of(block.addr().get() - self.start().addr().get());
        // SAFETY: there is a bit for each block.
        let word = unsafe { word_at(self.bits(class), number / 64) };
        let is_hidden = || self.slice().pages.hidden.get() & class.granules_of(number..number + 1) != 0;
        word.get() & 1 << (number % 64) != 0 || is_hidden()
    }

    /// Looks for granules whose memory can go: without a block in use, at the last look too where that counts `only`; whole pages,
    /// each as long as `page` granules. What is free now is idle if it still is at the next look.
    ///
    /// # Safety
    ///
    /// The caller holds the lock; the span is one of `class`.
    pub(super) unsafe fn look(self, class: &Class, only_idle: bool, page: usize) -> u64 {
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
    pub(super) unsafe fn hide(self, class: &Class, granules: u64) -> u32 {
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
    pub(super) unsafe fn show(self, class: &Class, granules: u64, clean: bool) {
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
    pub(super) unsafe fn discard(self, granules: u64) -> bool {
        ranges(u128::from(granules)).all(|(first, count)| {
            // SAFETY: within the span.
            let start = unsafe { self.start().add(first * GRANULE) };
            // SAFETY: free blocks that nobody takes, by `# Safety` of this fn.
            unsafe { advice::discard(start, count * GRANULE) }
        })
    }

    /// Takes those of `blocks` back that come before the first of another span, and returns how many; or the first that was
    /// free already.
    ///
    /// # Safety
    ///
    /// The caller holds the lock; the span is one of `class`; the blocks are of `class`, and the first one is the span's.
    #[inline(always)]
    pub(super) unsafe fn put(self, class: &Class, blocks: &[*mut u8]) -> Result<usize, *mut u8> {
        let (start, bits, slice) = (self.start().addr().get(), self.bits(class), self.slice());
        let length = class.slices as usize * SLICE;
        let mut lowest = slice.hint.get();
        let mut count = 0;
        while let Some(&block) = blocks.get(count) {
            // A block of another span is too far away, on either side.
            let offset = block.addr().wrapping_sub(start);
            if count > 0 && offset >= length {
                break;
            }
            let number = class.number_of(offset);
            let bit = 1_u64 << (number % 64);
            // SAFETY: there is a bit for each block.
            let word = unsafe { word_at(bits, number / 64) };
            if word.get() & bit != 0 {
                return Err(block);
            }
            word.set(word.get() | bit);
            lowest = lowest.min((number / 64) as u32);
            count += 1;
        }
        slice.hint.set(lowest);
        slice.pages.changed.set(true);
        slice.free.store(slice.free.load(Relaxed) + count as u32, Relaxed);
        Ok(count)
    }
}

impl Class {
    /// The granules that blocks with these numbers lie in.
    fn granules_of(&self, numbers: Range<usize>) -> u64 {
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

/// # Safety
///
/// `bits` are those of a span that lives, which has more than `at` words of them.
#[inline(always)]
unsafe fn word_at<'a>(bits: NonNull<Cell<u64>>, at: usize) -> &'a Cell<u64> {
    // SAFETY: by `# Safety` of this fn.
    let word = unsafe { bits.add(at) };
    // SAFETY: by `# Safety` of this fn; any bytes are a word, and no words are ever borrowed mutably.
    unsafe { word.as_ref() }
}
