//! The C library on Windows, where an aligned block has functions of its own. They serve every align, so that `free` need
//! not know which was asked for.

use crate::api::Layout;

#[inline]
pub(super) fn alloc(layout: Layout) -> *mut u8 {
    // SAFETY: the align is a power of two.
    unsafe { libc::aligned_malloc(layout.size(), layout.align()) }.cast()
}

#[inline]
pub(super) fn alloc_zeroed(layout: Layout) -> *mut u8 {
    let block = alloc(layout);
    if !block.is_null() {
        // SAFETY: the block has `layout.size()` bytes.
        unsafe { block.write_bytes(0, layout.size()) };
    }
    block
}

/// # Safety
///
/// `block` is a live block of this file.
#[inline]
pub(super) unsafe fn free(block: *mut u8) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { libc::aligned_free(block.cast()) };
}

/// # Safety
///
/// `block` is a live block of this file; `new` has its align.
#[inline]
pub(super) unsafe fn realloc(block: *mut u8, _: Layout, new: Layout) -> *mut u8 {
    // SAFETY: by `# Safety` of this fn; the align is the one of the allocation, as the function demands.
    unsafe { libc::aligned_realloc(block.cast(), new.size(), new.align()) }.cast()
}
