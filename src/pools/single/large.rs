//! Blocks without a class: large ones, each in a chunk of its own, and those of size 0.

use core::ptr::NonNull;

use super::chunk::PoolChunk;
use super::{Pool, class_of};
use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::{AllocError, Allocator, Layout};

/// Returns whether a block of `layout` has a chunk of its own.
pub(super) fn is_large(layout: Layout) -> bool {
    layout.size() > 0 && class_of(layout).is_none()
}

impl<A: Allocator> Pool<A> {
    /// Allocates a large block, or a dangling one for size 0.
    #[cold]
    #[inline(never)]
    pub(super) fn allocate_large(&self, layout: Layout, init: Contents) -> Result<NonNull<u8>, AllocError> {
        if layout.size() == 0 {
            return Ok(dangling(layout).cast());
        }
        let chunk = PoolChunk::for_block(&self.parent, layout, init)?;
        self.large.push(chunk);
        Ok(chunk.start())
    }

    /// Returns a large block to the parent. Does nothing for size 0.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::deallocate`]; `layout` has no class.
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn deallocate_large(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        // SAFETY: by `# Safety` of this fn the block is live and `layout` is its layout.
        let chunk = unsafe { PoolChunk::of_block(block, layout.size()) };
        self.large.remove(chunk);
        // SAFETY: it came from the parent by invariant 4 of the module, and is in no list now.
        unsafe { chunk.release(&self.parent) };
    }

    /// Makes a large block longer or shorter by the parent. It may move.
    ///
    /// # Safety
    ///
    /// `block` is a live large block of layout `old`, and not used under that layout after an `Ok`. `new` is large, and
    /// has the same align.
    pub(super) unsafe fn resize_large(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        init: Contents,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let chunk = unsafe { PoolChunk::of_block(block, old.size()) };
        self.large.remove(chunk);
        // SAFETY: it came from the parent by invariant 4 of the module, and is in no list now; the rest by `# Safety`
        // of this fn.
        let resized = unsafe { chunk.resize(&self.parent, old, new, init) };
        let chunk = resized.unwrap_or(chunk);
        self.large.push(chunk);
        resized.map(|chunk| NonNull::slice_from_raw_parts(chunk.start(), new.size()))
    }
}
