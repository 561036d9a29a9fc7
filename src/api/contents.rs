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

    /// Grows a block, whose added bytes have these contents.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`], which are also those of [`Allocator::grow_zeroed`].
    #[inline]
    pub(crate) unsafe fn grow<A: Allocator + ?Sized>(
        self,
        allocator: &A,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match self {
            // SAFETY: by `# Safety` of this fn.
            Self::Uninit => unsafe { allocator.grow(block, old, new) },
            // SAFETY: by `# Safety` of this fn.
            Self::Zeroed => unsafe { allocator.grow_zeroed(block, old, new) },
        }
    }
}
