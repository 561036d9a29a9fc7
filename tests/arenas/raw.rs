//! Blocks, their layouts and their bytes.

use std::ptr::NonNull;

use janus_alloc::api::Layout;

pub(crate) fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

pub(crate) fn address(block: NonNull<u8>) -> usize {
    block.addr().get()
}

/// The bytes of a live block.
pub(crate) fn bytes<'a>(block: NonNull<u8>, length: usize) -> &'a [u8] {
    // SAFETY: callers pass live blocks that are so long and written, and use the slice before the block goes.
    unsafe { NonNull::slice_from_raw_parts(block, length).as_ref() }
}

/// Whether all of `bytes` are `byte`: in one comparison, since that is what tests without optimisation spend their time in.
pub(crate) fn all(bytes: &[u8], byte: u8) -> bool {
    bytes.first().is_none_or(|&first| first == byte)
        && bytes.get(1..).unwrap_or(&[]) == &bytes[..bytes.len().max(1) - 1]
}

pub(crate) fn fill(block: NonNull<u8>, byte: u8, length: usize) {
    // SAFETY: callers pass live blocks that are so long.
    unsafe { block.write_bytes(byte, length) };
}
