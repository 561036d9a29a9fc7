//! The face of the collections.

use core::ptr::NonNull;

use super::Arena;
use crate::api::replace::{grow_and_zero, replace};
use crate::api::{AllocError, Allocator, Layout, Owns};
use crate::arenas::chunks::Chunk;

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// A block of `layout`, not initialised. What the methods with values in them are made of.
    #[inline(always)]
    pub(super) fn take(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        match self.state.cursor.take(layout) {
            Some(block) => Ok(block),
            None => self.take_elsewhere(layout),
        }
    }

    #[cold]
    #[inline(never)]
    fn take_elsewhere(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        self.state.take_elsewhere(&self.parent, layout, false).map(|(block, _)| block)
    }

    /// Grows a block that cannot grow where it is, at least not by the cursor alone.
    ///
    /// # Safety
    ///
    /// As for [`Allocator::grow`].
    #[cold]
    #[inline(never)]
    unsafe fn grow_elsewhere(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.parent_can_resize(block, old, new) {
            // SAFETY: chunks come from the parent; the block is that of the newest with one; the aligns are equal and small.
            let block = unsafe { self.state.resize_last_oversize(&self.parent, new) }?;
            return Ok(with_length(block, new));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, old.size()) }
    }

    fn parent_can_resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> bool {
        old.align() == new.align()
            && old.align() <= Chunk::<MIN_ALIGN>::ALIGN
            && self.state.is_last_oversize(block, old)
    }
}

#[inline(always)]
fn with_length(block: NonNull<u8>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block, layout.size())
}

// SAFETY: blocks are disjoint parts of chunks, and stay where they are until the arena is dropped or reset, which takes `&mut` of
// it (rule 9), or the block is the last and given back. Moving the arena moves no block: chunks are blocks of the parent, and the
// arena has no pointer into itself; a scope has one into the arena it borrows. Nothing unwinds, since the parent does not.
//
// There is no `Clone`, since two values would free the same chunks; and no `StaticAllocator`, since chunks go with the arena. A
// `Pin<Box<T, Arena>>` would be sound by itself, being forgotten with its arena; but the promise of the marker is wider, and serves
// whoever keeps a block and drops the allocator.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> Allocator for Arena<A, MIN_ALIGN> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.take(layout).map(|block| with_length(block, layout))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (block, zeroed) = match self.state.cursor.take(layout) {
            Some(block) => (block, false),
            None => self.state.take_elsewhere(&self.parent, layout, true)?,
        };
        if !zeroed {
            // SAFETY: the block is so long.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        Ok(with_length(block, layout))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        if !unsafe { self.state.cursor.give_back(block, layout.size()) } && self.state.is_last_oversize(block, layout) {
            // SAFETY: by `# Safety` of this fn; chunks come from the parent.
            unsafe { self.state.free_last_oversize(&self.parent) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            if let Some(block) = unsafe { self.state.cursor.grow(block, old.size(), new.size()) } {
                return Ok(with_length(block, new));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_elsewhere(block, old, new) }
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
        if !unsafe { self.state.cursor.shrink(block, old.size(), new.size()) }
            && self.parent_can_resize(block, old, new)
        {
            // SAFETY: as in `grow_elsewhere`.
            if let Ok(block) = unsafe { self.state.resize_last_oversize(&self.parent, new) } {
                return Ok(with_length(block, new));
            }
        }
        Ok(with_length(block, new))
    }
}

// SAFETY: a block lies in one of the chunks, and no other allocator's does: they are the arena's alone.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> Owns for Arena<A, MIN_ALIGN> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        Arena::owns(self, block)
    }
}
