//! The methods of [`Allocator`]. The hot paths are here; the rest is in `refill`, `large` and `resize`.

use core::ptr::NonNull;

use super::chunk::with_chunk_provenance;
use super::free_list::FreeList;
use super::{CLASSES, Pool, class_of};
use crate::api::contents::Contents;
use crate::api::move_block::zero_rest;
use crate::api::{AllocError, Allocator, IndependentAllocator, Layout, Owns};

impl<A: Allocator> Pool<A> {
    #[inline(always)]
    fn bin(&self, class: usize) -> &FreeList {
        debug_assert!(class < CLASSES);
        // SAFETY: every class comes from `class_of`, which returns numbers below `CLASSES`.
        unsafe { self.bins.get_unchecked(class) }
    }
}

/// Returns whether a block of layout `old` serves `new` in place, without the parent.
#[inline(always)]
fn stays(old: Layout, new: Layout) -> bool {
    let class = class_of(old);
    old.align() == new.align() && class.is_some() && class == class_of(new)
}

#[inline(always)]
fn with_length(block: NonNull<u8>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block, layout.size())
}

// SAFETY: by invariants 2 and 3 blocks are disjoint, and only `deallocate`, a resize and the drop of the pool end one.
// Moving the pool moves no chunk. Blocks are as long as requested, so a layout that fits a block has the class that the
// block was allocated for. Nothing here unwinds, and neither does the parent, which is an allocator.
unsafe impl<A: Allocator> Allocator for Pool<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = match class_of(layout) {
            Some(class) => match self.bin(class).pop() {
                Some(block) => block,
                None => self.refill(class)?,
            },
            None => self.allocate_large(layout, Contents::Uninit)?,
        };
        Ok(with_length(block, layout))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if class_of(layout).is_none() {
            // The parent may know that its memory is zero already.
            return self.allocate_large(layout, Contents::Zeroed).map(|block| with_length(block, layout));
        }
        let block = self.allocate(layout)?;
        // SAFETY: the block has that many bytes.
        unsafe { block.cast::<u8>().write_bytes(0, layout.size()) };
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        match class_of(layout) {
            // SAFETY: by `# Safety` of this fn it is a live block that `layout` fits, so of this class, and is not used
            // again. By invariant 2 it lies in a chunk. Sizes and aligns of classes are multiples of 8.
            Some(class) => unsafe { self.bin(class).push(block) },
            // SAFETY: by `# Safety` of this fn.
            None => unsafe { self.deallocate_large(block, layout) },
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if stays(old, new) {
            return Ok(with_length(with_chunk_provenance(block), new));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_slow(block, old, new, Contents::Uninit) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if stays(old, new) {
            let block = with_length(with_chunk_provenance(block), new);
            // SAFETY: both layouts have the same class, so the block is at least as long as either.
            unsafe { zero_rest(block, old.size()) };
            return Ok(block);
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_slow(block, old, new, Contents::Zeroed) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if stays(old, new) {
            return Ok(with_length(with_chunk_provenance(block), new));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.shrink_slow(block, old, new) }
    }
}

// SAFETY: by invariants 2 and 3 every block lies in a chunk. By invariant 4 the chunks are live blocks of the parent,
// so no other allocator has a block in them.
unsafe impl<A: Allocator> Owns for Pool<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        Pool::owns(self, block)
    }
}

// SAFETY: it calls only its parent, an `IndependentAllocator`. Chunks do not move with the value.
unsafe impl<A: IndependentAllocator> IndependentAllocator for Pool<A> {}
