//! Shorthands for layouts and for the bytes of blocks.

use std::ptr::NonNull;

use janus_alloc::api::Layout;

pub(crate) fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

pub(crate) fn address(block: NonNull<u8>) -> usize {
    block.addr().get()
}

/// Returns the first `length` bytes of a live block whose bytes are initialised.
pub(crate) fn bytes<'a>(block: NonNull<u8>, length: usize) -> &'a [u8] {
    // SAFETY: callers pass a live block with `length` initialised bytes, and stop using the slice before they write or free the block.
    unsafe { NonNull::slice_from_raw_parts(block, length).as_ref() }
}

/// Whether all of `bytes` equal `byte`. Compares slices instead of single bytes, which is much faster in unoptimised tests.
pub(crate) fn all_equal(bytes: &[u8], byte: u8) -> bool {
    bytes.first().is_none_or(|&first| first == byte)
        && bytes.get(1..).unwrap_or(&[]) == &bytes[..bytes.len().max(1) - 1]
}

pub(crate) fn fill(block: NonNull<u8>, byte: u8, length: usize) {
    // SAFETY: callers pass a live block of at least `length` bytes.
    unsafe { block.write_bytes(byte, length) };
}
