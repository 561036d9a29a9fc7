//! `Allocator` for `Arena`.

use core::ptr::NonNull;

use super::Arena;
use super::chunk::ArenaChunk;
use crate::api::contents::Contents;
use crate::api::move_block::{grow_and_zero, replace};
use crate::api::{AllocError, Allocator, IndependentAllocator, Layout, Owns};

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Allocates an uninitialised block of `layout`. All methods that place values in the arena use this.
    #[inline(always)]
    pub(super) fn allocate_block(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        match self.state.cursor.allocate(layout) {
            Some(block) => Ok(block),
            None => self.allocate_block_slow(layout),
        }
    }

    #[cold]
    #[inline(never)]
    fn allocate_block_slow(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        self.state.allocate_slow(&self.parent, layout, Contents::Uninit).map(|(block, _)| block)
    }

    /// Grows a block that the cursor cannot grow in place.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[cold]
    #[inline(never)]
    unsafe fn grow_slow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.parent_can_resize(block, old, new) {
            // SAFETY: the parent is this arena's. The block is that of the newest oversize chunk, with equal aligns of at most
            // `ArenaChunk::ALIGN`; by `# Safety` of this fn it is used with the layout `new` from now on.
            let block = unsafe { self.state.resize_last_oversize(&self.parent, new) }?;
            return Ok(with_length(block, new));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, old.size()) }
    }

    /// Returns whether the block can be resized with its chunk: it is that of the newest oversize chunk, and stays at its start.
    fn parent_can_resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> bool {
        old.align() == new.align()
            && old.align() <= ArenaChunk::<MIN_ALIGN>::ALIGN
            && self.state.is_last_oversize(block, old)
    }
}

#[inline(always)]
fn with_length(block: NonNull<u8>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block, layout.size())
}

// SAFETY: blocks are disjoint parts of chunks, by the invariants of `Cursor` and `State`. They stay valid until they are freed or the
// arena is dropped or reset, which takes `&mut` of it (rule 9). Moving the arena moves no block: chunks are blocks of the parent, and
// an arena has no pointer into itself. (A scope has one into the arena that it borrows.) Nothing unwinds, because the parent does not.
//
// There is no `Clone`, because two values would free the same chunks; and no `StaticAllocator`, because the chunks are freed with
// the arena. A `Pin<Box<T, Arena>>` alone would be sound, because it owns its arena, but the marker promises more: a block may outlive
// its allocator.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> Allocator for Arena<A, MIN_ALIGN> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_block(layout).map(|block| with_length(block, layout))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (block, contents) = match self.state.cursor.allocate(layout) {
            Some(block) => (block, Contents::Uninit),
            None => self.state.allocate_slow(&self.parent, layout, Contents::Zeroed)?,
        };
        if contents == Contents::Uninit {
            // SAFETY: the block is fresh, and has `layout.size()` bytes.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        Ok(with_length(block, layout))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        if !unsafe { self.state.cursor.free_last(block, layout.size()) } && self.state.is_last_oversize(block, layout) {
            // SAFETY: the parent is this arena's; by `# Safety` of this fn the block is not used again.
            unsafe { self.state.release_last_oversize(&self.parent) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            if let Some(block) = unsafe { self.state.cursor.grow_last(block, old.size(), new.size()) } {
                return Ok(with_length(block, new));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_slow(block, old, new) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { grow_and_zero(self, block, old, new) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() != new.align() {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { replace(self, block, old, new, new.size()) };
        }
        // SAFETY: by `# Safety` of this fn.
        if !unsafe { self.state.cursor.shrink_last(block, old.size(), new.size()) }
            && self.parent_can_resize(block, old, new)
        {
            // SAFETY: as in `grow_slow`.
            if let Ok(block) = unsafe { self.state.resize_last_oversize(&self.parent, new) } {
                return Ok(with_length(block, new));
            }
        }
        Ok(with_length(block, new))
    }
}

// SAFETY: the arena's blocks lie in its chunks, and blocks of allocators that take no memory from it do not.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> Owns for Arena<A, MIN_ALIGN> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        Arena::owns(self, block)
    }
}

// SAFETY: it calls only its parent, an `IndependentAllocator`. Chunks do not move with the value.
unsafe impl<A: IndependentAllocator, const MIN_ALIGN: usize> IndependentAllocator for Arena<A, MIN_ALIGN> {}
