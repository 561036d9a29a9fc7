//! The methods of [`Allocator`].

use core::ptr::NonNull;

use super::BlockPool;
use crate::api::global_calls::dangling;
use crate::api::move_block::zero_rest;
use crate::api::{AllocError, Allocator, IndependentAllocator, Layout, Owns};
use crate::pools::single::chunk::with_chunk_provenance;

impl<A: Allocator> BlockPool<A> {
    /// Serves a layout other than the pool's: a dangling block for size 0, else an error.
    #[cold]
    fn allocate_other(layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 { Ok(dangling(layout)) } else { Err(AllocError) }
    }
}

// SAFETY: by invariant 2 blocks are disjoint, and only `deallocate`, a shrink to size 0 and the drop of the pool end
// one. Moving the pool moves no chunk. Blocks are as long as requested, so one layout fits each. Nothing here unwinds,
// and neither does the parent, which is an allocator.
unsafe impl<A: Allocator> Allocator for BlockPool<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 || layout != self.layout {
            return Self::allocate_other(layout);
        }
        let block = match self.free.pop() {
            Some(block) => block,
            None => self.refill()?,
        };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.allocate(layout)?;
        // SAFETY: the block is fresh, so it may be written.
        unsafe { zero_rest(block, 0) };
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            // SAFETY: by `# Safety` of this fn it is a live block of this pool, and is not used again. By invariant 2
            // it lies in a chunk; by `block_layout` it has room for a link, and is aligned to one.
            unsafe { self.free.push(block) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match old.size() {
            _ if old == new => Ok(NonNull::slice_from_raw_parts(with_chunk_provenance(block), new.size())),
            0 => self.allocate(new),
            _ => Err(AllocError),
        }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match old.size() {
            0 => self.allocate_zeroed(new),
            // The block gains no bytes.
            // SAFETY: by `# Safety` of this fn.
            _ => unsafe { self.grow(block, old, new) },
        }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match new.size() {
            _ if old == new => Ok(NonNull::slice_from_raw_parts(with_chunk_provenance(block), new.size())),
            0 => {
                // SAFETY: by `# Safety` of this fn.
                unsafe { self.deallocate(block, old) };
                Ok(dangling(new))
            }
            _ => Err(AllocError),
        }
    }
}

// SAFETY: by invariant 2 every block lies in a chunk. By invariant 3 the chunks are live blocks of the parent, so no
// other allocator has a block in them.
unsafe impl<A: Allocator> Owns for BlockPool<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        BlockPool::owns(self, block)
    }
}

// SAFETY: it calls only its parent, an `IndependentAllocator`. Chunks do not move with the value.
unsafe impl<A: IndependentAllocator> IndependentAllocator for BlockPool<A> {}
