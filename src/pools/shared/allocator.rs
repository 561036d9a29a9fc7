//! The `Allocator` implementation: a few instructions where the bin of the calling thread has a block, or room for one.
//! Otherwise the [slow path](super::slow_path) takes over.

use core::ptr::NonNull;

use super::SharedPool;
use super::chunks::SliceUse;
use super::placement::Placement;
use super::provenance;
use super::spans::{CLASSES, class_of};
use crate::api::contents::Contents;
use crate::api::move_block::{replace, zero_rest};
use crate::api::{AllocError, Allocator, Layout};

impl<A: Allocator> SharedPool<A> {
    /// Grows a block from one class to another, if the bins have a block and room for one.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[inline]
    unsafe fn grow_within_bins(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Option<NonNull<u8>> {
        let (before, after) = (class_of(old)?, class_of(new)?);
        if before == after {
            // The slow path leaves the block where it is, unless its align changes.
            return None;
        }
        let moved = self.bin(after).pop()?;
        // SAFETY: both blocks have at least `old.size()` bytes, and are disjoint, since both are in use.
        unsafe { block.copy_to_nonoverlapping(moved, old.size()) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.deallocate(block, old) };
        Some(moved)
    }
}

// SAFETY: blocks are disjoint parts of chunks, or blocks of the parent. They stay where they are until they are freed,
// or the pool is dropped; moving the pool does not move them. Nothing unwinds: the parent is an allocator, and a
// function that chooses the options runs under an abort guard.
unsafe impl<A: Allocator> Allocator for SharedPool<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = match class_of(layout).and_then(|class| self.bin(class).pop()) {
            Some(block) => block,
            None => self.allocate_slow(layout, Contents::Uninit)?.0,
        };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (block, contents) = match class_of(layout).and_then(|class| self.bin(class).pop()) {
            Some(block) => (block, Contents::Uninit),
            None => self.allocate_slow(layout, Contents::Zeroed)?,
        };
        let block = NonNull::slice_from_raw_parts(block, layout.size());
        if contents == Contents::Uninit {
            // SAFETY: the block was just allocated with that size.
            unsafe { zero_rest(block, 0) };
        }
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let block = provenance::restore_unless_empty(block, layout);
        if !class_of(layout).is_some_and(|class| self.bin(class).push(block)) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.deallocate_slow(block, layout) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        if let Some(moved) = unsafe { self.grow_within_bins(block, old, new) } {
            return Ok(NonNull::slice_from_raw_parts(moved, new.size()));
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.grow_slow(block, old, new, Contents::Uninit) }?;
        Ok(NonNull::slice_from_raw_parts(grown, new.size()))
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.grow_slow(block, old, new, Contents::Zeroed) }?;
        Ok(NonNull::slice_from_raw_parts(grown, new.size()))
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = provenance::restore_unless_empty(block, old);
        if self.is_checked() && old.size() != 0 {
            self.check(block, Some(old));
        }
        if old.align() == new.align() {
            let shrunk = if Placement::of(old).stays(Placement::of(new)) {
                Some(block)
            } else {
                // SAFETY: by `# Safety` of this fn; the align is the same, and the placements differ or are large.
                unsafe { self.resize(block, old, new) }.map(|resized| resized.block)
            };
            if let Some(block) = shrunk {
                return Ok(NonNull::slice_from_raw_parts(block, new.size()));
            }
        }
        // SAFETY: by `# Safety` of this fn; `new.size()` is not more than `old.size()`.
        unsafe { replace(self, block, old, new, new.size()) }
    }
}

// The codes of all classes differ from those of an unused slice and of a run.
const _: () = assert!(CLASSES < SliceUse::CODES - 1);
