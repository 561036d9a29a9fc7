//! The C library on Windows, which has separate functions for aligned blocks. They serve every align here, so that
//! `free` need not know the align of a block.

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
/// `block` is a live block of a function of this file, and is not used again.
#[inline]
pub(super) unsafe fn free(block: *mut u8) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { libc::aligned_free(block.cast()) };
}

/// Returns a block of layout `new` with the bytes of `block`, or null.
///
/// # Safety
///
/// `block` is a live block of a function of this file, and is not used again if the result is not null. `new` has its
/// align.
#[inline]
pub(super) unsafe fn realloc(block: *mut u8, _: Layout, new: Layout) -> *mut u8 {
    // SAFETY: by `# Safety` of this fn the block is live, and the align is that of its allocation, as the function
    // demands.
    unsafe { libc::aligned_realloc(block.cast(), new.size(), new.align()) }.cast()
}
