//! `Allocator` for `TaskArena`.

use core::ptr::NonNull;

use super::TaskArena;
use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::move_block::{grow_and_zero, replace, zero_rest};
use crate::api::{AllocError, Allocator, Layout};
use crate::arenas::growth::MIN_CAPACITY;

impl<A: Allocator> TaskArena<A> {
    #[inline(always)]
    fn allocate_block(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        match self.supply.chunks.cut_once(layout) {
            Some(block) => Ok(block),
            None => self.allocate_block_slow(layout),
        }
    }

    #[cold]
    #[inline(never)]
    fn allocate_block_slow(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        self.allocate_slow(layout, Contents::Uninit).map(|(block, _)| block)
    }

    /// Allocates a block of `layout` that does not fit in the newest chunk, or for which another thread was faster. Also returns what is
    /// known about its contents.
    #[cold]
    #[inline(never)]
    fn allocate_slow(&self, layout: Layout, contents: Contents) -> Result<(NonNull<u8>, Contents), AllocError> {
        if layout.size() == 0 {
            return Ok((dangling(layout).cast(), Contents::Zeroed));
        }
        self.supply.allocate(layout, contents, |newest, size| self.chunk_size(newest, size))
    }

    /// Returns whether a block of this size may have a chunk of its own. Few such blocks are smaller: those that have shrunk. For a
    /// layout that the compiler knows, this is decided at compile time.
    #[inline(always)]
    fn may_be_oversize(layout: Layout) -> bool {
        layout.size() > MIN_CAPACITY / 2
    }

    /// Resizes a block in place, or with its chunk. If neither is possible, returns `None` and changes nothing.
    ///
    /// # Safety
    ///
    /// `block` is a live block of the arena that `old` fits, and the layouts have the same align. If this returns `Some`, the block is used
    /// with the layout `new` from now on.
    #[inline(always)]
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Option<NonNull<[u8]>> {
        let mut resized = self.supply.chunks.resize_last(block, old.size(), new.size());
        if resized.is_none() && Self::may_be_oversize(old) {
            // SAFETY: by `# Safety` of this fn; the block has bytes.
            resized = unsafe { self.supply.resize_oversize(block, old, new) };
        }
        resized.map(|block| with_length(block, new))
    }
}

#[inline(always)]
fn with_length(block: NonNull<u8>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block, layout.size())
}

// SAFETY: blocks are disjoint parts of chunks, by the invariants of `SharedChunks`. They stay valid until they are freed or the arena
// is dropped or reset, which takes `&mut` of it (rule 9). Moving the arena moves no chunk. Nothing unwinds, because the parent does not.
unsafe impl<A: Allocator> Allocator for TaskArena<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_block(layout).map(|block| with_length(block, layout))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (block, contents) = match self.supply.chunks.cut_once(layout) {
            Some(block) => (block, Contents::Uninit),
            None => self.allocate_slow(layout, Contents::Zeroed)?,
        };
        let block = with_length(block, layout);
        if contents == Contents::Uninit {
            // SAFETY: the block is fresh, so it may be written.
            unsafe { zero_rest(block, 0) };
        }
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // Without bytes, "freeing" it would write to the chunk for nothing.
        if layout.size() == 0 {
            return;
        }
        if self.supply.chunks.resize_last(block, layout.size(), 0).is_none() && Self::may_be_oversize(layout) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.supply.free_oversize(block) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            if let Some(block) = unsafe { self.resize(block, old, new) } {
                return Ok(block);
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, old.size()) }
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
        Ok(unsafe { self.resize(block, old, new) }.unwrap_or(with_length(block, new)))
    }
}
