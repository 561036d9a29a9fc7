//! The result of resizing a block.

use core::ptr::NonNull;

/// A block that was resized where it is, or moved with its contents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resized {
    pub(super) block: NonNull<u8>,
    /// The offset from which on all bytes are zero, if that is known.
    pub(super) zero_from: Option<usize>,
}
