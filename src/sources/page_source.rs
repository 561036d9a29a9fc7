//! The methods of [`Allocator`] for all sources whose blocks are mappings of their own.

use core::ptr::NonNull;

use crate::api::global_calls::dangling;
use crate::api::move_block::replace;
use crate::api::{AllocError, Allocator, Layout};
use crate::os::pages::Mapping;

/// A source each of whose blocks is a mapping of its own.
///
/// # Safety
///
/// 1. `mapping` depends on the layout alone. All sizes from that of a layout to that of its mapping, at the same align, have the
///    same mapping.
/// 2. `map` returns a block of the mapping: fresh zeroed bytes, as many as its size, with its align.
/// 3. No method unwinds or calls the registered default.
pub(super) unsafe trait PageSource: Allocator + Sized {
    /// Returns the mapping of a block of `layout`; `None` if it would exceed `isize::MAX` bytes.
    fn mapping(&self, layout: Layout) -> Option<Mapping>;

    /// Maps a block.
    fn map(&self, mapping: &Mapping) -> Option<NonNull<u8>>;

    /// Unmaps a block.
    ///
    /// # Safety
    ///
    /// `start` is a block of `mapping`, and not used again.
    unsafe fn unmap(&self, start: NonNull<u8>, mapping: &Mapping);

    /// Turns a block of `old` into a block of `new`, with fresh zeroed bytes behind the old ones, perhaps at another address.
    /// Returns `None`, and leaves the block unchanged, if that is not possible without a copy.
    ///
    /// # Safety
    ///
    /// `start` is a block of `old`; `new` has more pages.
    unsafe fn extend(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>>;

    /// Unmaps the pages behind the new end. Returns `false` if that is not possible; then the pages of `new` have not changed.
    ///
    /// # Safety
    ///
    /// `start` is a block of `old`; `new` has fewer pages. Nothing uses the pages behind the new end.
    unsafe fn cut(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool;
}

/// Returns the mapping of a block of `layout` in whole pages of `page` bytes, without guards and options.
#[inline]
pub(super) fn mapping_in(page: usize, layout: Layout) -> Option<Mapping> {
    let size = layout.size().checked_next_multiple_of(page)?;
    let mapping = Mapping { size, align: layout.align().max(page), guard: 0, huge: false, populate: false };
    (size <= isize::MAX as usize).then_some(mapping)
}

#[inline]
pub(super) fn allocate<S: PageSource>(source: &S, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
    if layout.size() == 0 {
        return Ok(dangling(layout));
    }
    let mapping = source.mapping(layout).ok_or(AllocError)?;
    let start = source.map(&mapping).ok_or(AllocError)?;
    Ok(NonNull::slice_from_raw_parts(start, mapping.size))
}

/// # Safety
///
/// Those of [`Allocator::deallocate`].
#[inline]
pub(super) unsafe fn deallocate<S: PageSource>(source: &S, block: NonNull<u8>, layout: Layout) {
    if layout.size() == 0 {
        return;
    }
    if let Some(mapping) = source.mapping(layout) {
        // SAFETY: the caller promises a live block that `layout` fits, so by (1) of `PageSource` this is its mapping, and does not
        // use it again.
        unsafe { source.unmap(block, &mapping) };
    }
}

/// Grows a block within its last page, or without a copy.
///
/// # Safety
///
/// Those of [`Allocator::grow`]. Both layouts have the same align, and `old` is not of size 0.
#[inline]
unsafe fn grow_in_pages<S: PageSource>(
    source: &S,
    start: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    let (old, new) = (source.mapping(old).ok_or(AllocError)?, source.mapping(new).ok_or(AllocError)?);
    if old.size == new.size {
        return Ok(NonNull::slice_from_raw_parts(start, new.size));
    }
    // SAFETY: `start` is a block of `old` by `# Safety` of this fn, and `new` has more pages.
    let grown = unsafe { source.extend(start, &old, &new) };
    grown.map(|start| NonNull::slice_from_raw_parts(start, new.size)).ok_or(AllocError)
}

/// # Safety
///
/// Those of [`Allocator::grow`].
#[inline]
pub(super) unsafe fn grow<S: PageSource>(
    source: &S,
    block: NonNull<u8>,
    old_layout: Layout,
    new_layout: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if old_layout.size() == 0 {
        return source.allocate(new_layout);
    }
    if old_layout.align() == new_layout.align() {
        // SAFETY: by `# Safety` of this fn; the aligns are equal, and the old size is not 0.
        let grown = unsafe { grow_in_pages(source, block, old_layout, new_layout) };
        if grown.is_ok() {
            return grown;
        }
    }
    // SAFETY: by `# Safety` of this fn; the new size is no less than the old one.
    unsafe { replace(source, block, old_layout, new_layout, old_layout.size()) }
}

/// # Safety
///
/// Those of [`Allocator::grow_zeroed`].
#[inline]
pub(super) unsafe fn grow_zeroed<S: PageSource>(
    source: &S,
    block: NonNull<u8>,
    old_layout: Layout,
    new_layout: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if old_layout.size() == 0 {
        return source.allocate(new_layout);
    }
    // The pages that the block gains are fresh. Its old last page may have other bytes than 0 behind `old_layout.size()`.
    let old_end = source.mapping(old_layout).ok_or(AllocError)?.size;
    // SAFETY: by `# Safety` of this fn.
    let grown = unsafe { grow(source, block, old_layout, new_layout) }?;
    let dirty = old_end.min(grown.len()) - old_layout.size();
    // SAFETY: the block has more than `old_layout.size()` bytes, or `dirty` is 0.
    let rest = unsafe { grown.cast::<u8>().add(old_layout.size()) };
    // SAFETY: `old_layout.size() + dirty` is at most the length.
    unsafe { rest.write_bytes(0, dirty) };
    Ok(grown)
}

/// # Safety
///
/// Those of [`Allocator::shrink`].
#[inline]
pub(super) unsafe fn shrink<S: PageSource>(
    source: &S,
    block: NonNull<u8>,
    old_layout: Layout,
    new_layout: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if new_layout.size() == 0 {
        // SAFETY: by `# Safety` of this fn.
        unsafe { deallocate(source, block, old_layout) };
        return Ok(dangling(new_layout));
    }
    let old = source.mapping(old_layout).ok_or(AllocError)?;
    let new = source.mapping(new_layout).ok_or(AllocError)?;
    if old_layout.align() == new_layout.align() {
        if old.size == new.size {
            return Ok(NonNull::slice_from_raw_parts(block, new.size));
        }
        // SAFETY: the caller promises a live block that `old_layout` fits, and uses nothing behind the new size. The new mapping
        // has fewer pages.
        if unsafe { source.cut(block, &old, &new) } {
            return Ok(NonNull::slice_from_raw_parts(block, new.size));
        }
    }
    // SAFETY: by `# Safety` of this fn; the new size is no more than the old one.
    unsafe { replace(source, block, old_layout, new_layout, new_layout.size()) }
}

/// Implements [`Allocator`] for a [`PageSource`] by the functions of this module.
macro_rules! impl_allocator {
    ($source:ty) => {
        // SAFETY: by (2) of `PageSource` a block is a mapping of its own until it is unmapped, and by (1) every size in its fit
        // range leads to that mapping. By (3) no method unwinds or calls the registered default.
        unsafe impl Allocator for $source {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                page_source::allocate(self, layout)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                page_source::allocate(self, layout)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: by `# Safety` of this fn.
                unsafe { page_source::deallocate(self, block, layout) };
            }

            #[inline]
            unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { page_source::grow(self, block, old, new) }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { page_source::grow_zeroed(self, block, old, new) }
            }

            #[inline]
            unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { page_source::shrink(self, block, old, new) }
            }
        }
    };
}
pub(super) use impl_allocator;
