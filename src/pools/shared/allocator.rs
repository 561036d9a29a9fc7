//! The trait: a few instructions where the thread's bin has what is asked for, and what happens elsewhere.

use core::ptr::{self, NonNull};

use super::SharedPool;
use super::chunks::Use;
use super::placement::Kind;
use super::spans::{CLASSES, class_of};
use crate::api::move_block::{replace, zero_rest};
use crate::api::{AllocError, Allocator, Layout};

/// The block with all its bytes: by address, as the next one to have it may use more of it than whoever gives it back, and so may
/// its owner when it has grown. Not for one of size 0, which is dangling.
#[inline(always)]
pub(super) fn whole(block: NonNull<u8>) -> NonNull<u8> {
    // SAFETY: not at 0, like the block.
    unsafe { NonNull::new_unchecked(ptr::with_exposed_provenance_mut(block.addr().get())) }
}

/// As [`whole`]; a block of size 0 is dangling, and stays so.
#[inline(always)]
pub(super) fn whole_or_empty(block: NonNull<u8>, layout: Layout) -> NonNull<u8> {
    if layout.size() == 0 { block } else { whole(block) }
}

impl<A: Allocator> SharedPool<A> {
    /// From one class to another, where the bins have a block and room for one.
    ///
    /// # Safety
    ///
    /// As for [`Allocator::grow`].
    #[inline]
    unsafe fn grow_within_bins(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Option<NonNull<u8>> {
        let (before, after) = (class_of(old)?, class_of(new)?);
        if before == after {
            // Stays, mostly.
            return None;
        }
        let moved = self.bin(after).take()?;
        // SAFETY: both blocks have so many bytes, and are disjoint, being live at once.
        unsafe { block.copy_to_nonoverlapping(moved, old.size()) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.deallocate(block, old) };
        Some(moved)
    }
}

// SAFETY: blocks are disjoint parts of chunks, or the parent's blocks, and stay where they are until they are given back, or the
// pool is dropped. Moving it moves none of them. Nothing unwinds but what the parent, an allocator, does: nothing.
unsafe impl<A: Allocator> Allocator for SharedPool<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = match class_of(layout).and_then(|class| self.bin(class).take()) {
            Some(block) => block,
            None => self.allocate_elsewhere(layout, false)?.0,
        };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (block, zero) = match class_of(layout).and_then(|class| self.bin(class).take()) {
            Some(block) => (block, false),
            None => self.allocate_elsewhere(layout, true)?,
        };
        let block = NonNull::slice_from_raw_parts(block, layout.size());
        if !zero {
            // SAFETY: the block may be written.
            unsafe { zero_rest(block, 0) };
        }
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let block = whole_or_empty(block, layout);
        if !class_of(layout).is_some_and(|class| self.bin(class).put(block)) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.deallocate_elsewhere(block, layout) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        if let Some(moved) = unsafe { self.grow_within_bins(block, old, new) } {
            return Ok(NonNull::slice_from_raw_parts(moved, new.size()));
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.grow_elsewhere(block, old, new, false) }?;
        Ok(NonNull::slice_from_raw_parts(grown, new.size()))
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.grow_elsewhere(block, old, new, true) }?;
        Ok(NonNull::slice_from_raw_parts(grown, new.size()))
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = whole_or_empty(block, old);
        if self.options().checked && old.size() != 0 {
            self.check(block, Some(old));
        }
        if old.align() == new.align() {
            let stays = Kind::of(old) == Kind::of(new) && Kind::of(old) != Kind::Large;
            // SAFETY: by `# Safety` of this fn.
            let resized = if stays { Some((block, 0)) } else { unsafe { self.resize(block, old, new) } };
            if let Some((block, _)) = resized {
                return Ok(NonNull::slice_from_raw_parts(block, new.size()));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, new.size()) }
    }
}

const _: () = assert!(CLASSES < Use::CODES - 1);
