//! The contents of a block that its user has not written yet.

use core::ptr::NonNull;

use super::{AllocError, Allocator, Layout};

/// The contents that a request asks for, or that a new block is known to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    Uninit,
    Zeroed,
}

impl Contents {
    /// Allocates a block of `layout` with these contents.
    #[inline]
    pub(crate) fn allocate<A: Allocator>(self, allocator: &A, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self {
            Self::Uninit => allocator.allocate(layout),
            Self::Zeroed => allocator.allocate_zeroed(layout),
        }
    }
}
