//! Resizes a block that leaves its class, or that only the parent can resize.

use core::ptr::NonNull;

use super::Pool;
use super::chunk::with_chunk_provenance;
use super::large::is_large;
use crate::api::contents::Contents;
use crate::api::move_block::{replace, transfer};
use crate::api::{AllocError, Allocator, Layout};

impl<A: Allocator> Pool<A> {
    /// Makes a block longer: a large one by the parent, any other by moving it.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`], or with [`Contents::Zeroed`] of [`Allocator::grow_zeroed`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn grow_slow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        init: Contents,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if is_large(old) && old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn; `new` is no smaller, so it is large too.
            return unsafe { self.resize_large(block, old, new, init) };
        }
        // SAFETY: by `# Safety` of this fn; `old.size()` is at most either size.
        unsafe { transfer(self, self, with_chunk_provenance(block), old, new, old.size(), init) }
    }

    /// Makes a block shorter: one that stays large by the parent, any other by moving it.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::shrink`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn shrink_slow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if is_large(new) && old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn; `old` is no smaller, so it is large too.
            return unsafe { self.resize_large(block, old, new, Contents::Uninit) };
        }
        // SAFETY: by `# Safety` of this fn; `new.size()` is at most either size.
        unsafe { replace(self, with_chunk_provenance(block), old, new, new.size()) }
    }
}
