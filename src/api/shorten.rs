//! Blocks that look shorter than the parent returned them, so that each layout that fits them leads back to the parent's.

use core::ptr::NonNull;

use super::Layout;

/// Shortens `block` to the requested size.
#[inline]
pub(crate) fn shorten(block: NonNull<[u8]>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block.cast(), layout.size())
}

/// Shortens `block` to at most `max` bytes.
#[inline(always)]
pub(crate) fn at_most(max: usize, block: NonNull<[u8]>) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block.cast(), block.len().min(max))
}
