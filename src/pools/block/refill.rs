//! Fills the empty free list: carves blocks out of the region, or out of a new chunk.

use core::ptr::NonNull;

use super::{BlockPool, MAX_CHUNK};
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::single::chunk::PoolChunk;
use crate::pools::single::free_list::FreeList;
use crate::pools::single::region::UncarvedRegion;

/// The maximum size of a run of several blocks. Carving writes to each block, and the blocks should still be in the
/// cache when they are used.
const MAX_RUN: usize = 4 << 10;

impl<A: Allocator> BlockPool<A> {
    /// Returns the layout that a block takes in a chunk. It has room for a link while the block is free.
    pub(super) fn block_layout(&self) -> Result<Layout, AllocError> {
        let align = self.layout.align().max(FreeList::GRAIN);
        let size = self.layout.size().max(1).checked_next_multiple_of(align).ok_or(AllocError)?;
        Layout::from_size_align(size, align).map_err(|_| AllocError)
    }

    /// Returns a block after filling the free list, which is empty.
    #[cold]
    #[inline(never)]
    pub(super) fn refill(&self) -> Result<NonNull<u8>, AllocError> {
        let block = self.block_layout()?;
        let run = (MAX_RUN / block.size()).max(1);
        if !self.carve(&self.region, block, run) {
            let chunk = self.new_chunk(block)?;
            self.chunks.push(chunk);
            let rest = UncarvedRegion::of(chunk);
            self.region.swap(&rest);
            let carved = self.carve(&self.region, block, run);
            debug_assert!(carved, "a new chunk has room for a block");
            // If the parent called the pool, the old region may have blocks left.
            self.carve(&rest, block, usize::MAX);
        }
        self.free.pop().ok_or(AllocError)
    }

    /// Takes a chunk for at least one block from the parent.
    fn new_chunk(&self, block: Layout) -> Result<PoolChunk, AllocError> {
        let usual = self.next_chunk_size.get();
        let count = ((usual - PoolChunk::FOOTER_SIZE) / block.size()).max(1);
        // No overflow: the product is less than the usual size, or the size of one block.
        let contents = Layout::from_size_align(count * block.size(), block.align()).map_err(|_| AllocError)?;
        // A parent close to a limit may still have memory for one block.
        let chunk = PoolChunk::new(&self.parent, contents).or_else(|_| PoolChunk::new(&self.parent, block))?;
        if chunk.size() > usual / 2 {
            self.next_chunk_size.set((2 * usual).min(MAX_CHUNK));
        }
        Ok(chunk)
    }

    /// Carves at most `max_count` free blocks out of `region`. Returns `false` if not even one fits.
    fn carve(&self, region: &UncarvedRegion, block: Layout, max_count: usize) -> bool {
        let Some(run) = region.carve(block.size(), block.align(), max_count) else { return false };
        // SAFETY: the run was part of the region and is no more. So by the invariants of `UncarvedRegion` nothing else uses
        // it, and its pointer may access all of the chunk. By `block_layout` each
        // block has room for a link, and is aligned to one.
        unsafe { self.free.push_run(run.start, block.size(), run.count) };
        true
    }
}
