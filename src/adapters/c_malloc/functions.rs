//! C's allocation functions by the methods of [`UsableSize`], for every allocator.

use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};

use super::errno::{BlockResult, block_or_errno, preserve_errno};
use super::layout::{ALIGN, layout};
use crate::api::UsableSize;

#[inline]
fn allocate<A: UsableSize>(allocator: A, size: usize, align: usize) -> BlockResult {
    let block = allocator.allocate(layout(size, align)?);
    block.map(NonNull::cast).map_err(|_| libc::ENOMEM)
}

/// `malloc(size)`
#[inline]
pub fn malloc<A: UsableSize>(allocator: A, size: usize) -> *mut c_void {
    block_or_errno(|| allocate(allocator, size, ALIGN))
}

/// `calloc(count, size)`
#[inline]
pub fn calloc<A: UsableSize>(allocator: A, count: usize, size: usize) -> *mut c_void {
    block_or_errno(|| {
        let layout = layout(count.checked_mul(size).ok_or(libc::ENOMEM)?, ALIGN)?;
        allocator.allocate_zeroed(layout).map(NonNull::cast).map_err(|_| libc::ENOMEM)
    })
}

/// `free(block)`
///
/// # Safety
///
/// `block` is null or a live block of `allocator`, not requested with size 0.
#[inline]
pub unsafe fn free<A: UsableSize>(allocator: A, block: *mut c_void) {
    let Some(block) = NonNull::new(block.cast::<u8>()) else { return };
    // SAFETY: by `# Safety` of this fn.
    preserve_errno(|| unsafe { allocator.deallocate_without_layout(block) });
}

/// `realloc(block, size)`
///
/// # Safety
///
/// Same as for [`free`]. The old block is freed unless the result is null and `size` is not 0.
#[inline]
pub unsafe fn realloc<A: UsableSize>(allocator: A, block: *mut c_void, size: usize) -> *mut c_void {
    let Some(old) = NonNull::new(block.cast::<u8>()) else { return malloc(allocator, size) };
    if size == 0 {
        // SAFETY: by `# Safety` of this fn.
        unsafe { free(allocator, block) };
        return ptr::null_mut();
    }
    // SAFETY: by `# Safety` of this fn.
    block_or_errno(|| unsafe { resize(allocator, old, size) })
}

/// A block that shrinks in place may leave half of its bytes unused, but no more than this.
const MAX_SLACK: usize = 64 << 10;
/// It may leave this many bytes unused even if they are more than half.
const MIN_SLACK: usize = 64;

/// Returns whether a block of `old` bytes at `address` stays there to have `size` bytes.
#[inline(always)]
pub(super) fn stays(address: usize, old: usize, size: usize) -> bool {
    fits(address, old, size) && old - size <= (old / 2).clamp(MIN_SLACK, MAX_SLACK)
}

/// Returns whether a block of `old` bytes at `address` could serve a request for `size` bytes. The align of a block
/// that Rust code requested may be too small for C.
#[inline(always)]
fn fits(address: usize, old: usize, size: usize) -> bool {
    size <= old && address % ALIGN == 0
}

/// Resizes `block` in place, or moves it.
///
/// # Safety
///
/// `block` is a live block of `allocator`, not requested with size 0. It is not used again after `Ok`.
unsafe fn resize<A: UsableSize>(allocator: A, block: NonNull<u8>, size: usize) -> BlockResult {
    // SAFETY: by `# Safety` of this fn.
    let old = unsafe { allocator.layout_of(block) };
    if stays(block.addr().get(), old.size(), size) {
        return Ok(block);
    }
    // A block can grow or shrink in place only if its align does not change. So a large block keeps its align. For a
    // small one, a large align would cost more than a copy; and `realloc` promises no more than `malloc`.
    let align = if old.align() > ALIGN && old.align() <= size / 8 { old.align() } else { ALIGN };
    let new = layout(size, align)?;
    let resized = if new.size() >= old.size() {
        // SAFETY: the block is live, the layout of `layout_of` fits it, and the new size is not smaller.
        unsafe { allocator.grow(block, old, new) }
    } else {
        // SAFETY: the block is live, the layout of `layout_of` fits it, and the new size is smaller.
        unsafe { allocator.shrink(block, old, new) }
    };
    match resized {
        Ok(resized) => Ok(resized.cast()),
        // It cannot become smaller, but is large enough.
        Err(_) if fits(block.addr().get(), old.size(), size) => Ok(block),
        Err(_) => Err(libc::ENOMEM),
    }
}

/// `memalign(align, size)` and `aligned_alloc(align, size)`: they round the align up to a power of two.
#[inline]
pub fn memalign<A: UsableSize>(allocator: A, align: usize, size: usize) -> *mut c_void {
    block_or_errno(|| {
        let align = align.checked_next_power_of_two().ok_or(libc::EINVAL)?;
        allocate(allocator, size, align)
    })
}

/// `posix_memalign(&block, align, size)`
///
/// # Safety
///
/// `block` is valid for a write. It is not written to unless the result is 0.
#[inline]
pub unsafe fn posix_memalign<A: UsableSize>(allocator: A, block: *mut *mut c_void, align: usize, size: usize) -> c_int {
    if align % size_of::<*mut c_void>() != 0 {
        return libc::EINVAL;
    }
    match preserve_errno(|| allocate(allocator, size, align)) {
        Ok(allocated) => {
            // SAFETY: by `# Safety` of this fn.
            unsafe { block.write(allocated.as_ptr().cast()) };
            0
        }
        Err(error) => error,
    }
}

/// `malloc_usable_size(block)`
///
/// # Safety
///
/// Same as for [`free`].
#[inline]
pub unsafe fn malloc_usable_size<A: UsableSize>(allocator: A, block: *mut c_void) -> usize {
    match NonNull::new(block.cast::<u8>()) {
        // SAFETY: by `# Safety` of this fn.
        Some(block) => preserve_errno(|| unsafe { allocator.usable_size(block) }),
        None => 0,
    }
}
