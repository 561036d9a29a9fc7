//! One call to an allocator: made so that no panic gets out, and told so that a reader can follow.

use core::fmt;
use core::mem;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::shadow::Block;
use crate::api::{AllocError, Allocator, Layout};

/// The message of a panic that was caught.
#[derive(Debug)]
pub(super) struct Unwound(pub(super) String);

/// Calls, and catches what unwinds.
pub(super) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, Unwound> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("a panic without a message").to_owned();
        // Its drop could panic in turn.
        mem::forget(payload);
        Unwound(text)
    })
}

/// The methods that return a block from an old one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Resize {
    Grow,
    GrowZeroed,
    Shrink,
}

/// A call, as the kit will make it. Its `Display` is what a violation says of it.
#[derive(Clone, Copy)]
pub(super) enum Call {
    Allocate { layout: Layout, zeroed: bool },
    Deallocate { block: Block, layout: Layout },
    Resize { method: Resize, block: Block, old: Layout, new: Layout },
}

impl Call {
    /// The layout of the block to be returned; for `deallocate`, of the one given back.
    pub(super) fn layout(&self) -> Layout {
        match *self {
            Self::Allocate { layout, .. } | Self::Deallocate { layout, .. } | Self::Resize { new: layout, .. } => {
                layout
            }
        }
    }

    /// The block that is given back or resized.
    pub(super) fn block(&self) -> Option<&Block> {
        match self {
            Call::Allocate { .. } => None,
            Call::Resize { block, .. } | Call::Deallocate { block, .. } => Some(block),
        }
    }

    /// Whether a block comes back under another size than it was last requested with.
    pub(super) fn refits(&self) -> bool {
        match *self {
            Self::Allocate { .. } => false,
            Self::Deallocate { block, layout: old } | Self::Resize { block, old, .. } => old.size() != block.requested,
        }
    }

    /// Makes the call. For `deallocate` the result is the block's old place, with no bytes.
    ///
    /// # Safety
    ///
    /// 1. The block, if there is one, is live in `allocator`, and the old layout fits it. It is not used after `Ok`. Or it is
    ///    no block, but a pointer of that align, and the old size is 0: rule 6.
    /// 2. The new size is at least the old one to grow, and at most the old one to shrink.
    pub(super) unsafe fn make(&self, allocator: &dyn Allocator) -> Result<Result<NonNull<[u8]>, AllocError>, Unwound> {
        guarded(|| match *self {
            Self::Allocate { layout, zeroed: false } => allocator.allocate(layout),
            Self::Allocate { layout, zeroed: true } => allocator.allocate_zeroed(layout),
            Self::Deallocate { block, layout } => {
                // SAFETY: by `# Safety` (1) of this fn.
                unsafe { allocator.deallocate(block.start, layout) };
                Ok(NonNull::slice_from_raw_parts(block.start, 0))
            }
            // SAFETY: by `# Safety` (1, 2) of this fn.
            Self::Resize { method: Resize::Grow, block, old, new } => unsafe { allocator.grow(block.start, old, new) },
            Self::Resize { method: Resize::GrowZeroed, block, old, new } => {
                // SAFETY: by `# Safety` (1, 2) of this fn.
                unsafe { allocator.grow_zeroed(block.start, old, new) }
            }
            Self::Resize { method: Resize::Shrink, block, old, new } => {
                // SAFETY: by `# Safety` (1, 2) of this fn.
                unsafe { allocator.shrink(block.start, old, new) }
            }
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |layout: Layout| Told { size: layout.size(), align: layout.align() };
        let had = |block: Block| Had { block };
        match *self {
            Self::Allocate { layout, zeroed: false } => write!(f, "allocate({})", told(layout)),
            Self::Allocate { layout, zeroed: true } => write!(f, "allocate_zeroed({})", told(layout)),
            Self::Deallocate { block, layout } => write!(f, "deallocate({}; {})", told(layout), had(block)),
            Self::Resize { method, block, old, new } => {
                let name = match method {
                    Resize::Grow => "grow",
                    Resize::GrowZeroed => "grow_zeroed",
                    Resize::Shrink => "shrink",
                };
                write!(f, "{name}({} to {}; {})", told(old), told(new), had(block))
            }
        }
    }
}

struct Told {
    size: usize,
    align: usize,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, align } = self;
        match (isize::MAX as usize).checked_sub(*size) {
            Some(short @ 0..=0xFFFF) => write!(f, "size isize::MAX - {short}, align {align}"),
            _ => write!(f, "size {size}, align {align}"),
        }
    }
}

struct Had {
    block: Block,
}

impl fmt::Display for Had {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Block { start, requested, length, server, .. } = self.block;
        match server {
            Some(_) => write!(f, "{requested} requested and {length} returned before"),
            None => write!(f, "never returned, at {start:?}"),
        }
    }
}
