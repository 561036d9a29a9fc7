//! Pointers to blocks with provenance for all bytes of the block.
//!
//! A caller may hold a pointer that is good for a prefix of its block only: the bytes that were requested, or the size
//! before a growth. The pool needs one for the whole block, which it gives to the next owner, or returns when the block
//! has grown. The provenance of chunks and large blocks is exposed, so it can be restored from the address.

use core::ptr::{self, NonNull};

use crate::api::Layout;

/// Returns a pointer to the whole block. The block is not of size 0, which is dangling.
#[inline(always)]
pub(super) fn restore(block: NonNull<u8>) -> NonNull<u8> {
    // SAFETY: the address of a `NonNull` is not 0.
    unsafe { NonNull::new_unchecked(ptr::with_exposed_provenance_mut(block.addr().get())) }
}

/// Returns a pointer to the whole block of `layout`, or `block` itself if its size is 0.
#[inline(always)]
pub(super) fn restore_unless_empty(block: NonNull<u8>, layout: Layout) -> NonNull<u8> {
    if layout.size() == 0 { block } else { restore(block) }
}
