//! A span: slices that are divided into blocks of one class, with a bitmap that tells which blocks are free.
//!
//! A bitmap, rather than a list through the free blocks, gives blocks out in the order of their addresses whatever the
//! order in which they were freed; it neither reads nor writes free blocks; and it detects that a block is freed twice.
//!
//! # Invariants
//!
//! 1. A [`Span`] refers to slices of a chunk that were taken for a span of one class and have not been released. The
//!    index of the first slice is a multiple of their number.
//! 2. The bitmap has a bit for each block. A bit is set if its block is free and not hidden. `free_blocks` is the
//!    number of set bits, and the words before `first_free_word` are zero.
//! 3. The bitmap and the header of the first slice change only under the lock of the [shard](super::Shard) that owns
//!    the span, which is always the same one. That shard releases the span, under its lock, when all blocks are free
//!    and none is hidden.
//! 4. All blocks of a granule that is idle, clean or hidden are free. A clean one occupies no memory.

use core::cell::Cell;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use super::class::ClassInfo;
use crate::api::contents::Contents;
use crate::pools::shared::chunks::{Chunk, Slice};
use crate::pools::shared::geometry::{BITMAP_WORDS, CHUNK, SLICE};

/// A reference to a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    chunk: Chunk,
    /// The distance from the start of the chunk, in bytes: a multiple of the length of the span, which is a power of two.
    offset: usize,
}

/// Memory for pointers to blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockBuffer {
    pub(crate) start: NonNull<*mut u8>,
    /// The number of pointers that may be written.
    pub(crate) capacity: usize,
}

impl Span {
    /// Initialises a span, all of whose blocks are free.
    ///
    /// # Safety
    ///
    /// The slices from `slice` on were taken for a span of `class`, and have no other use yet.
    pub(super) unsafe fn init(chunk: Chunk, slice: usize, class: &ClassInfo, contents: Contents) -> Self {
        let span = Self::at(chunk, slice);
        let (first, end) = (class.first_block as usize, (class.first_block + class.capacity) as usize);
        for word in 0..end.div_ceil(64) {
            let below = |limit: usize| match limit.saturating_sub(word * 64) {
                count @ 0..64 => (1_u64 << count) - 1,
                _ => u64::MAX,
            };
            // SAFETY: the bitmap has a bit for each block.
            let place = unsafe { span.bitmap(class).add(word) };
            // A write, as the memory of a bitmap inside the span may be uninitialised.
            // SAFETY: the span has no other use yet, by `# Safety` of this fn.
            unsafe { place.write(Cell::new(below(end) & !below(first))) };
        }
        let header = span.header();
        header.free_blocks.store(class.capacity, Relaxed);
        header.first_free_word.set(0);
        header.granules.idle.set(0);
        header.granules.clean.set(if contents == Contents::Zeroed { u64::MAX } else { 0 });
        header.granules.hidden.set(0);
        header.granules.changed.set(true);
        span
    }

    /// Returns the span whose first slice has the index `slice`.
    pub(super) fn at(chunk: Chunk, slice: usize) -> Self {
        Self { chunk, offset: slice * SLICE }
    }

    /// Returns the span that contains `block`.
    ///
    /// # Safety
    ///
    /// The block lies in a span of `class`.
    #[inline(always)]
    pub(crate) unsafe fn of(block: NonNull<u8>, class: &ClassInfo) -> Self {
        let address = block.addr().get();
        // SAFETY: a span lies in a chunk.
        let chunk = unsafe { Chunk::of(address) };
        Self { chunk, offset: (address % CHUNK) & !(class.span_bytes() - 1) }
    }

    /// Returns the span whose first slice has this header.
    pub(super) fn of_header(header: NonNull<Slice>) -> Self {
        let address = header.addr().get();
        // SAFETY: the header of a slice lies in the header of a chunk.
        let chunk = unsafe { Chunk::of(address) };
        Self { chunk, offset: address % CHUNK * (SLICE / size_of::<Slice>()) }
    }

    /// Returns the header of the first slice, with provenance for the whole chunk.
    #[inline(always)]
    pub(super) fn header_ptr(self) -> NonNull<Slice> {
        // SAFETY: the headers of the slices lie at the start of the chunk.
        unsafe { self.chunk.start().add(self.offset / (SLICE / size_of::<Slice>())) }.cast()
    }

    /// Returns the header of the first slice.
    #[inline(always)]
    pub(crate) fn header(&self) -> &Slice {
        // SAFETY: it is part of the header of the chunk, by invariant 1 of `chunk`.
        unsafe { self.header_ptr().as_ref() }
    }

    pub(super) fn chunk(self) -> Chunk {
        self.chunk
    }

    /// Returns the index of the first slice.
    pub(super) fn first_slice(self) -> usize {
        self.offset / SLICE
    }

    #[inline(always)]
    pub(super) fn start(self) -> NonNull<u8> {
        // SAFETY: the offset is less than `CHUNK`.
        unsafe { self.chunk.start().add(self.offset) }
    }

    /// Returns the first word of the bitmap. It lies in the header of the chunk; but for blocks of 8 bytes, which need
    /// twice the bits, at the start of the span.
    #[inline(always)]
    pub(super) fn bitmap(self, class: &ClassInfo) -> NonNull<Cell<u64>> {
        let bytes_per_slice = BITMAP_WORDS * size_of::<u64>();
        // SAFETY: the chunk has that many bytes of bitmap for each slice.
        let in_chunk = || unsafe { self.chunk.bitmaps().byte_add(self.offset / (SLICE / bytes_per_slice)) };
        if class.first_block == 0 { in_chunk() } else { self.start().cast() }
    }

    /// Takes free blocks until none is left or the buffer is full, and returns their number. The block with the lowest
    /// address is written last, so that a bin gives it out first.
    ///
    /// # Safety
    ///
    /// 1. The caller holds the lock of the shard.
    /// 2. The span is one of `class`.
    /// 3. `buffer` may be written.
    pub(super) unsafe fn take(self, class: &ClassInfo, buffer: BlockBuffer) -> usize {
        let header = self.header();
        let free = header.free_blocks.load(Relaxed) as usize;
        let count = free.min(buffer.capacity);
        let (start, bitmap) = (self.start(), self.bitmap(class));
        let granules = &header.granules;
        granules.changed.set(true);
        let mut left = count;
        let mut at = header.first_free_word.get() as usize;
        while left > 0 {
            // SAFETY: `left` more bits are set from this word on, by invariant 2, so the word exists.
            let word = unsafe { word_at(bitmap, at) };
            let before = word.get();
            let mut set = before;
            while set != 0 && left > 0 {
                left -= 1;
                let index = at * 64 + set.trailing_zeros() as usize;
                set &= set - 1;
                // SAFETY: a bit is set only for a block of the span.
                let block = unsafe { start.add(index * class.size as usize) };
                // SAFETY: `left` is less than the capacity of the buffer.
                let place = unsafe { buffer.start.add(left) };
                // SAFETY: by (3) of `# Safety`.
                unsafe { place.write(block.as_ptr()) };
            }
            word.set(set);
            if granules.idle.get() | granules.clean.get() != 0 && before != set {
                let taken = before ^ set;
                let blocks = at * 64 + taken.trailing_zeros() as usize..at * 64 + 64 - taken.leading_zeros() as usize;
                let used = class.granules_of_blocks(blocks);
                granules.idle.set(granules.idle.get() & !used);
                granules.clean.set(granules.clean.get() & !used);
            }
            at += usize::from(set == 0 && left > 0);
        }
        header.first_free_word.set(at as u32);
        header.free_blocks.store((free - count) as u32, Relaxed);
        count
    }

    /// Returns whether a block is free.
    ///
    /// # Safety
    ///
    /// 1. The caller holds the lock of the shard.
    /// 2. The span is one of `class`, and `block` is one of its blocks.
    pub(super) unsafe fn is_free(self, class: &ClassInfo, block: NonNull<u8>) -> bool {
        let index = class.block_index(block.addr().get() - self.start().addr().get());
        // SAFETY: the bitmap has a bit for each block.
        let word = unsafe { word_at(self.bitmap(class), index / 64) };
        let is_hidden = || self.header().granules.hidden.get() & class.granules_of_blocks(index..index + 1) != 0;
        word.get() & 1 << (index % 64) != 0 || is_hidden()
    }

    /// Frees the leading blocks of `blocks`, up to the first that belongs to another span, and returns their number; or
    /// returns the first that is free already.
    ///
    /// # Safety
    ///
    /// 1. The caller holds the lock of the shard.
    /// 2. The span is one of `class`.
    /// 3. The blocks are blocks of `class` that no thread uses, and the first belongs to this span.
    #[inline(always)]
    pub(super) unsafe fn free(self, class: &ClassInfo, blocks: &[*mut u8]) -> Result<usize, *mut u8> {
        let (start, bitmap, header) = (self.start().addr().get(), self.bitmap(class), self.header());
        let length = class.span_bytes();
        let mut lowest = header.first_free_word.get();
        let mut count = 0;
        while let Some(&block) = blocks.get(count) {
            // For a block before the span, the difference wraps and is larger than any length.
            let offset = block.addr().wrapping_sub(start);
            if count > 0 && offset >= length {
                break;
            }
            let index = class.block_index(offset);
            let bit = 1_u64 << (index % 64);
            // SAFETY: the bitmap has a bit for each block.
            let word = unsafe { word_at(bitmap, index / 64) };
            if word.get() & bit != 0 {
                return Err(block);
            }
            word.set(word.get() | bit);
            lowest = lowest.min((index / 64) as u32);
            count += 1;
        }
        header.first_free_word.set(lowest);
        header.granules.changed.set(true);
        header.free_blocks.store(header.free_blocks.load(Relaxed) + count as u32, Relaxed);
        Ok(count)
    }
}

/// Returns a word of a bitmap.
///
/// # Safety
///
/// `bitmap` is that of a span, and has more than `at` words.
#[inline(always)]
pub(super) unsafe fn word_at<'a>(bitmap: NonNull<Cell<u64>>, at: usize) -> &'a Cell<u64> {
    // SAFETY: by `# Safety` of this fn.
    let word = unsafe { bitmap.add(at) };
    // SAFETY: the word is initialised by `Span::init` and lives as long as the span; bitmaps are never borrowed mutably.
    unsafe { word.as_ref() }
}
