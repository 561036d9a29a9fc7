//! What allocators do with a block that cannot stay where it is, and with a block that got longer.

use core::ptr::NonNull;

use super::{AllocError, Allocator, Layout};

/// A new block with the first `length` bytes of the old one, which is freed.
///
/// # Safety
///
/// 1. `block` is a live block of `allocator` that `old` fits, and is not used again if this returns `Ok`.
/// 2. `length` is at most either size.
#[inline]
pub(crate) unsafe fn replace<A: Allocator>(
    allocator: &A,
    block: NonNull<u8>,
    old: Layout,
    new: Layout,
    length: usize,
) -> Result<NonNull<[u8]>, AllocError> {
    let moved = allocator.allocate(new)?;
    // SAFETY: both blocks have so many bytes by (2), and are disjoint, being live at once.
    unsafe { block.copy_to_nonoverlapping(moved.cast(), length) };
    // SAFETY: by (1).
    unsafe { allocator.deallocate(block, old) };
    Ok(moved)
}

/// Zeroes all of `block` but its first `length` bytes.
///
/// # Safety
///
/// `block` may be written, and has at least `length` bytes.
#[inline]
pub(crate) unsafe fn zero_rest(block: NonNull<[u8]>, length: usize) {
    // SAFETY: by `# Safety` of this fn.
    let rest = unsafe { block.cast::<u8>().add(length) };
    // SAFETY: so many bytes are left.
    unsafe { rest.write_bytes(0, block.len() - length) };
}

/// Grows by `grow` and zeroes what came in addition: the `grow_zeroed` of an allocator whose `grow` does not know what is zero.
///
/// # Safety
///
/// As for [`Allocator::grow_zeroed`].
#[inline]
pub(crate) unsafe fn grow_and_zero<A: Allocator>(
    allocator: &A,
    block: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    // SAFETY: by `# Safety` of this fn.
    let block = unsafe { allocator.grow(block, old, new) }?;
    // SAFETY: the block is at least `new.size()` long, no less than `old.size()`.
    unsafe { zero_rest(block, old.size()) };
    Ok(block)
}
