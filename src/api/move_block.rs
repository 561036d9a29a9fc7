//! Steps that allocators share: moving a block that cannot stay in place, and zeroing the bytes that a block gained.

use core::ptr::NonNull;

use super::contents::Contents;
use super::{AllocError, Allocator, Layout};

/// Allocates a block of the layout `new`, copies the first `length` bytes of `block` into it, and frees `block`.
///
/// # Safety
///
/// 1. `block` is a live block of `allocator` that `old` fits, and is not used again if this returns `Ok`.
/// 2. `length` is at most `old.size()` and at most `new.size()`.
#[inline]
pub(crate) unsafe fn replace<A: Allocator>(
    allocator: &A,
    block: NonNull<u8>,
    old: Layout,
    new: Layout,
    length: usize,
) -> Result<NonNull<[u8]>, AllocError> {
    // SAFETY: by (1) and (2) of this fn.
    unsafe { transfer(allocator, allocator, block, old, new, length, Contents::Uninit) }
}

/// Moves a block from one allocator to another: allocates a block of the layout `new` with such contents in `to`, copies the first
/// `length` bytes of `block` into it, and frees `block` in `from`. An `Err` leaves `block` as it was.
///
/// # Safety
///
/// 1. `block` is a live block of `from` that `old` fits, and is not used again if this returns `Ok`.
/// 2. `length` is at most `old.size()` and at most `new.size()`.
#[inline]
pub(crate) unsafe fn transfer<A: Allocator, B: Allocator>(
    from: &A,
    to: &B,
    block: NonNull<u8>,
    old: Layout,
    new: Layout,
    length: usize,
    contents: Contents,
) -> Result<NonNull<[u8]>, AllocError> {
    let moved = contents.allocate(to, new)?;
    // SAFETY: by (1) of this fn, and by (2) both blocks have at least `length` bytes. They are disjoint: the caller uses `block`,
    // so it is no memory that `to` could allocate from.
    unsafe { copy_and_free(from, block, old, moved, length) };
    Ok(moved)
}

/// Copies the first `length` bytes of `block` into `moved`, and frees `block` in `from`: the end of a move.
///
/// # Safety
///
/// 1. `block` is a live block of `from` that `old` fits, and is not used again.
/// 2. Both blocks have at least `length` bytes, and they are disjoint.
#[inline]
pub(crate) unsafe fn copy_and_free<A: Allocator>(
    from: &A,
    block: NonNull<u8>,
    old: Layout,
    moved: NonNull<[u8]>,
    length: usize,
) {
    // SAFETY: by (2) of this fn.
    unsafe { block.copy_to_nonoverlapping(moved.cast(), length) };
    // SAFETY: by (1) of this fn.
    unsafe { from.deallocate(block, old) };
}

/// Zeroes `block` from its byte `length` on.
///
/// # Safety
///
/// `block` may be written, and has at least `length` bytes.
#[inline]
pub(crate) unsafe fn zero_rest(block: NonNull<[u8]>, length: usize) {
    // SAFETY: by `# Safety` of this fn the block has at least `length` bytes.
    let rest = unsafe { block.cast::<u8>().add(length) };
    // SAFETY: `block.len() - length` bytes of the block follow, and by `# Safety` of this fn they may be written.
    unsafe { rest.write_bytes(0, block.len() - length) };
}

/// Grows `block` by [`Allocator::grow`] and zeroes the bytes gained: the `grow_zeroed` of an allocator whose `grow` cannot tell
/// which bytes are already zero.
///
/// # Safety
///
/// Those of [`Allocator::grow_zeroed`].
#[inline]
pub(crate) unsafe fn grow_and_zero<A: Allocator>(
    allocator: &A,
    block: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    // SAFETY: by `# Safety` of this fn, which is that of `grow_zeroed`, and so that of `grow`.
    let block = unsafe { allocator.grow(block, old, new) }?;
    // SAFETY: the block is the caller's, and has at least `new.size() >= old.size()` bytes.
    unsafe { zero_rest(block, old.size()) };
    Ok(block)
}
