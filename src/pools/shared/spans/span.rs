//! Slices full of blocks of one class, with a bit for each that says whether it is free.
//!
//! Bits rather than a list through the blocks: what is taken comes in the order of the addresses however it was given back,
//! free blocks are neither read nor written, and a block that is given back twice is noticed.
//!
//! A span of which some blocks are in use has pages without any. These go back to the system one by one: a word has a bit for each
//! granule of 4 KiB, of which the pages of the system are made.
//!
//! All of it under the lock of the [shard](super::Shard) that has the span.

use core::cell::Cell;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use super::class::Class;
use crate::pools::shared::chunks::{Chunk, Slice};
use crate::pools::shared::geometry::{CHUNK, SLICE, WORDS};

/// A span, which lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
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
    pub(crate) unsafe fn init(chunk: Chunk, slice: usize, class: &Class, is_zero: bool) -> Self {
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
    pub(crate) fn at(chunk: Chunk, slice: usize) -> Self {
        Self { chunk, offset: slice * SLICE }
    }

    /// The span of a block.
    ///
    /// # Safety
    ///
    /// The block lies in a span of `class`.
    #[inline(always)]
    pub(crate) unsafe fn of(block: NonNull<u8>, class: &Class) -> Self {
        let address = block.addr().get();
        // SAFETY: by `# Safety` of this fn.
        let chunk = unsafe { Chunk::of(address) };
        Self { chunk, offset: (address % CHUNK) & !(class.slices as usize * SLICE - 1) }
    }

    /// The span whose first slice that is.
    pub(crate) fn of_slice(slice: NonNull<Slice>) -> Self {
        let address = slice.addr().get();
        // SAFETY: the header of a slice lies in a chunk.
        let chunk = unsafe { Chunk::of(address) };
        Self { chunk, offset: address % CHUNK * (SLICE / size_of::<Slice>()) }
    }

    /// The header of its first slice, with provenance for the whole chunk.
    #[inline(always)]
    pub(crate) fn first(self) -> NonNull<Slice> {
        // SAFETY: the headers of the slices are at the start of the chunk.
        unsafe { self.chunk.start().add(self.offset / (SLICE / size_of::<Slice>())) }.cast()
    }

    #[inline(always)]
    pub(crate) fn slice(&self) -> &Slice {
        // SAFETY: the span lives, and no slice is ever borrowed mutably.
        unsafe { self.first().as_ref() }
    }

    pub(crate) fn chunk(self) -> Chunk {
        self.chunk
    }

    /// The number of its first slice.
    pub(crate) fn number(self) -> usize {
        self.offset / SLICE
    }

    #[inline(always)]
    pub(super) fn start(self) -> NonNull<u8> {
        // SAFETY: within the chunk.
        unsafe { self.chunk.start().add(self.offset) }
    }

    /// The bits lie with the chunk's; but those of blocks of 8 bytes, twice as many as there is room for, in the span itself.
    #[inline(always)]
    pub(super) fn bits(self, class: &Class) -> NonNull<Cell<u64>> {
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
    pub(crate) unsafe fn take(self, class: &Class, into: NonNull<*mut u8>, most: usize) -> usize {
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
    pub(crate) unsafe fn is_free(self, class: &Class, block: NonNull<u8>) -> bool {
        let number = class.number_of(block.addr().get() - self.start().addr().get());
        // SAFETY: there is a bit for each block.
        let word = unsafe { word_at(self.bits(class), number / 64) };
        let is_hidden = || self.slice().pages.hidden.get() & class.granules_of(number..number + 1) != 0;
        word.get() & 1 << (number % 64) != 0 || is_hidden()
    }

    /// Takes those of `blocks` back that come before the first of another span, and returns how many; or the first that was
    /// free already.
    ///
    /// # Safety
    ///
    /// The caller holds the lock; the span is one of `class`; the blocks are of `class`, and the first one is the span's.
    #[inline(always)]
    pub(crate) unsafe fn put(self, class: &Class, blocks: &[*mut u8]) -> Result<usize, *mut u8> {
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

/// # Safety
///
/// `bits` are those of a span that lives, which has more than `at` words of them.
#[inline(always)]
pub(super) unsafe fn word_at<'a>(bits: NonNull<Cell<u64>>, at: usize) -> &'a Cell<u64> {
    // SAFETY: by `# Safety` of this fn.
    let word = unsafe { bits.add(at) };
    // SAFETY: by `# Safety` of this fn; any bytes are a word, and no words are ever borrowed mutably.
    unsafe { word.as_ref() }
}
