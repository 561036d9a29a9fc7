//! Fills an empty bin: carves blocks out of the region, or out of a new chunk.

use core::ptr::NonNull;

use super::chunk::PoolChunk;
use super::region::{BlockRun, UncarvedRegion};
use super::{MAX_CHUNK, MAX_CLASS_SIZE, Pool, class_of};
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::size_class::{align_of_class, size_of_class};

/// A run takes at most this part of the next chunk's size, so that a small pool stays small.
const MIN_RUNS_PER_CHUNK: usize = 32;
/// The maximum size of a run of several blocks. Carving writes to each block, and the blocks should still be in the
/// cache when they are used.
const MAX_RUN: usize = 4 << 10;

impl<A: Allocator> Pool<A> {
    /// Returns a block of a class whose bin is empty, after filling the bin.
    #[cold]
    #[inline(never)]
    pub(super) fn refill(&self, class: usize) -> Result<NonNull<u8>, AllocError> {
        if !self.carve(&self.region, class) {
            let chunk = self.new_chunk(class)?;
            self.chunks.push(chunk);
            let region = UncarvedRegion::of(chunk);
            let carved = self.carve(&region, class);
            debug_assert!(carved, "a new chunk has room for a block");
            // The pool keeps the region with more bytes left.
            if region.remaining() > self.region.remaining() {
                region.swap(&self.region);
            }
            // SAFETY: the bytes lie in a chunk and nothing else uses them, by the invariants of `UncarvedRegion`.
            // `region` is not used again.
            unsafe { self.carve_rest(region.position(), region.remaining()) };
        }
        self.bins[class].pop().ok_or(AllocError)
    }

    /// Takes a chunk from the parent in which a block of `class` fits.
    fn new_chunk(&self, class: usize) -> Result<PoolChunk, AllocError> {
        let (size, align) = (size_of_class(class), align_of_class(class));
        let usual = self.next_chunk_size.get();
        let capacity = usual - PoolChunk::FOOTER_SIZE;
        let layout = |size, align| Layout::from_size_align(size, align).map_err(|_| AllocError);
        let one_block = layout(size, align)?;
        // Where a block fits behind padding that aligns it, the parent need not align the chunk to more than its
        // minimum.
        let contents = if capacity >= size + align {
            layout(capacity, PoolChunk::MIN_ALIGN)?
        } else {
            layout(capacity.max(size), align)?
        };
        // A parent close to a limit may still have memory for one block.
        let chunk = PoolChunk::new(&self.parent, contents).or_else(|_| PoolChunk::new(&self.parent, one_block))?;
        if chunk.size() >= usual {
            self.next_chunk_size.set((2 * usual).min(MAX_CHUNK));
        }
        Ok(chunk)
    }

    /// Carves free blocks of `class` out of `region`. Returns `false` if not even one fits.
    fn carve(&self, region: &UncarvedRegion, class: usize) -> bool {
        let size = size_of_class(class);
        let max_count = ((self.next_chunk_size.get() / MIN_RUNS_PER_CHUNK).min(MAX_RUN) / size).max(1);
        let before = region.position();
        let Some(BlockRun { start, count, skipped }) = region.carve(size, align_of_class(class), max_count) else {
            return false;
        };
        // SAFETY: the run was part of the region and is no more. So by the invariants of `UncarvedRegion` nothing else uses
        // it, and its pointer may access all of the chunk. The run is aligned to the
        // class, so to a multiple of 8.
        unsafe { self.bins[class].push_run(start, size, count) };
        // SAFETY: as above for these bytes, which lie in front of the run. Both ends of them are multiples of 8.
        unsafe { self.carve_rest(before, skipped) };
        true
    }

    /// Carves bytes that are left over into free blocks whose sizes are powers of two: those that growing collections
    /// request most.
    ///
    /// # Safety
    ///
    /// 1. The `length` bytes from `start` on lie in a chunk, and `start` may access all of it. Nothing else uses them.
    /// 2. `start` and `length` are multiples of 8.
    unsafe fn carve_rest(&self, start: NonNull<u8>, length: usize) {
        let mut left = length;
        while left > 0 {
            // The largest block that may end there. The end is mostly aligned to more than the start.
            let aligned = 1 << (start.addr().get() + left).trailing_zeros();
            let size = aligned.min(1 << left.ilog2()).min(MAX_CLASS_SIZE);
            let Some(class) = Layout::from_size_align(size, size).ok().and_then(class_of) else { return };
            left -= size;
            // SAFETY: within the bytes of (1).
            let block = unsafe { start.add(left) };
            // SAFETY: by (1). The end of the block is a multiple of its size, and so is its start; by (2) the size is
            // at least 8.
            unsafe { self.bins[class].push_run(block, size, 1) };
        }
    }
}
