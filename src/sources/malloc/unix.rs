//! The C library on Unix.

use core::ptr;
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd"))]
use core::ptr::NonNull;

use crate::api::Layout;

/// The align of a block from `malloc` that is at least that large. std relies on the same.
pub(super) const MALLOC_ALIGN: usize =
    if cfg!(any(target_pointer_width = "32", target_arch = "powerpc64")) { 8 } else { 16 };

/// Returns whether `malloc` aligns the block as `layout` says. Some implementations, such as jemalloc, align a small
/// block to its size only.
#[inline]
fn aligned_by_malloc(layout: Layout) -> bool {
    layout.align() <= MALLOC_ALIGN && layout.align() <= layout.size()
}

#[inline]
pub(super) fn alloc(layout: Layout) -> *mut u8 {
    if aligned_by_malloc(layout) {
        // SAFETY: `malloc` takes any size.
        unsafe { libc::malloc(layout.size()) }.cast()
    } else {
        aligned_alloc(layout)
    }
}

#[inline]
pub(super) fn alloc_zeroed(layout: Layout) -> *mut u8 {
    if aligned_by_malloc(layout) {
        // SAFETY: `calloc` takes any size.
        return unsafe { libc::calloc(layout.size(), 1) }.cast();
    }
    let block = aligned_alloc(layout);
    if !block.is_null() {
        // SAFETY: the block has `layout.size()` bytes.
        unsafe { block.write_bytes(0, layout.size()) };
    }
    block
}

#[cold]
fn aligned_alloc(layout: Layout) -> *mut u8 {
    // macOS does not report an error for such an align (std has the same test).
    if cfg!(target_vendor = "apple") && layout.align() > (1 << 31) {
        return ptr::null_mut();
    }
    let mut block = ptr::null_mut();
    let align = layout.align().max(size_of::<*mut u8>());
    // SAFETY: `block` is writable. `align` is a power of two and a multiple of a pointer's size.
    let error = unsafe { libc::posix_memalign(&raw mut block, align, layout.size()) };
    if error == 0 { block.cast() } else { ptr::null_mut() }
}

/// # Safety
///
/// `block` is a live block of a function of this file, and is not used again.
#[inline]
pub(super) unsafe fn free(block: *mut u8) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { libc::free(block.cast()) };
}

/// Returns a block of layout `new` with the bytes of `block`, or null.
///
/// # Safety
///
/// 1. `block` is a live block of a function of this file, and is not used again if the result is not null.
/// 2. `old` fits it, and `new` has the same align.
#[inline]
pub(super) unsafe fn realloc(block: *mut u8, old: Layout, new: Layout) -> *mut u8 {
    if aligned_by_malloc(new) {
        // SAFETY: by `# Safety` of this fn.
        return unsafe { libc::realloc(block.cast(), new.size()) }.cast();
    }
    // SAFETY: by `# Safety` of this fn.
    unsafe { realloc_aligned(block, old, new) }
}

/// # Safety
///
/// Those of [`realloc`].
#[cold]
#[inline(never)]
unsafe fn realloc_aligned(block: *mut u8, old: Layout, new: Layout) -> *mut u8 {
    let moved = alloc(new);
    if !moved.is_null() {
        // SAFETY: both blocks have at least the smaller size, by (2) for the old one. Both are live, so they are
        // disjoint.
        unsafe { ptr::copy_nonoverlapping(block, moved, old.size().min(new.size())) };
        // SAFETY: by (1); the result is not null.
        unsafe { free(block) };
    }
    moved
}

/// # Safety
///
/// `block` is a live block of a function of this file.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd"))]
#[inline]
pub(super) unsafe fn usable_size(block: NonNull<u8>) -> usize {
    #[cfg(target_vendor = "apple")]
    use libc::malloc_size as size_of_block;
    #[cfg(not(target_vendor = "apple"))]
    use libc::malloc_usable_size as size_of_block;

    // SAFETY: by `# Safety` of this fn.
    unsafe { size_of_block(block.as_ptr().cast()) }
}
