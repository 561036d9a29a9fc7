//! The face of the collections.

use core::ptr::NonNull;

use super::chunk::of_its_chunk;
use super::free_list::FreeList;
use super::{CLASSES, Pool, class_of};
use crate::api::move_block::zero_rest;
use crate::api::{AllocError, Allocator, Layout, Owns};

impl<A: Allocator> Pool<A> {
    #[inline(always)]
    fn bin(&self, class: usize) -> &FreeList {
        debug_assert!(class < CLASSES);
        // SAFETY: classes come from `class_of`, which has no others.
        unsafe { self.bins.get_unchecked(class) }
    }
}

/// Whether a block of layout `old` is one of `new` as it is: the parent has no say in it.
#[inline(always)]
fn stays(old: Layout, new: Layout) -> bool {
    let class = class_of(old);
    old.align() == new.align() && class.is_some() && class == class_of(new)
}

#[inline(always)]
fn with_length(block: NonNull<u8>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block, layout.size())
}

// SAFETY: blocks are disjoint parts of chunks, or have chunks of their own, and stay where they are until they are freed or the
// pool is dropped. Moving the pool moves no chunk. A layout that fits a block has the class it was allocated for: its align,
// and its size, since blocks are as long as requested. Nothing unwinds but what the parent, an allocator, does: nothing.
unsafe impl<A: Allocator> Allocator for Pool<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = match class_of(layout) {
            Some(class) => match self.bin(class).pop() {
                Some(block) => block,
                None => self.refill(class)?,
            },
            None => self.allocate_large(layout, false)?,
        };
        Ok(with_length(block, layout))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if class_of(layout).is_none() {
            // The parent may know what is zero.
            return self.allocate_large(layout, true).map(|block| with_length(block, layout));
        }
        let block = self.allocate(layout)?;
        // SAFETY: the block is so long.
        unsafe { block.cast::<u8>().write_bytes(0, layout.size()) };
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        match class_of(layout) {
            // SAFETY: by `# Safety` of this fn it is a block of this class, and not used again.
            Some(class) => unsafe { self.bin(class).push(block) },
            // SAFETY: by `# Safety` of this fn.
            None => unsafe { self.deallocate_large(block, layout) },
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if stays(old, new) {
            return Ok(with_length(of_its_chunk(block), new));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_elsewhere(block, old, new, false) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if stays(old, new) {
            let block = with_length(of_its_chunk(block), new);
            // SAFETY: a block of this class is so long, no less than `old`.
            unsafe { zero_rest(block, old.size()) };
            return Ok(block);
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_elsewhere(block, old, new, true) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if stays(old, new) {
            return Ok(with_length(of_its_chunk(block), new));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.shrink_elsewhere(block, old, new) }
    }
}

// SAFETY: a block lies in one of the chunks, and no other allocator's does: they are the pool's alone.
unsafe impl<A: Allocator> Owns for Pool<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        Pool::owns(self, block)
    }
}
