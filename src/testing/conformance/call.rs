//! A call to an allocator: how the kit makes it, and how it describes it.

use core::fmt;
use core::mem;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::shadow::{Block, Origin};
use crate::api::{AllocError, Allocator, Layout};

/// The message of a panic that was caught.
#[derive(Debug)]
pub(super) struct Unwound(pub(super) String);

/// Makes a call, and catches a panic.
pub(super) fn catch_panic<T>(call: impl FnOnce() -> T) -> Result<T, Unwound> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("a panic without a message").to_owned();
        // The drop of the payload could panic in turn.
        mem::forget(payload);
        Unwound(text)
    })
}

/// The methods that resize a block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Resize {
    Grow,
    GrowZeroed,
    Shrink,
}

/// A call to an allocator. Its `Display` is the description in a violation.
#[derive(Clone, Copy)]
pub(super) enum Call {
    Allocate { layout: Layout, zeroed: bool },
    Deallocate { block: Block, layout: Layout },
    Resize { method: Resize, block: Block, old: Layout, new: Layout },
}

impl Call {
    /// Returns the layout of the requested block; for `deallocate`, of the freed one.
    pub(super) fn layout(&self) -> Layout {
        match *self {
            Self::Allocate { layout, .. } | Self::Deallocate { layout, .. } | Self::Resize { new: layout, .. } => {
                layout
            }
        }
    }

    /// Returns the block that is freed or resized.
    pub(super) fn block(&self) -> Option<&Block> {
        match self {
            Call::Allocate { .. } => None,
            Call::Resize { block, .. } | Call::Deallocate { block, .. } => Some(block),
        }
    }

    /// Returns whether a block is freed or resized under another size than it was last requested with.
    pub(super) fn refits(&self) -> bool {
        match *self {
            Self::Allocate { .. } => false,
            Self::Deallocate { block, layout: old } | Self::Resize { block, old, .. } => old.size() != block.requested,
        }
    }

    /// Makes the call. For `deallocate`, returns the block's old address with length 0.
    ///
    /// # Safety
    ///
    /// 1. A block is live in `allocator`, and the old layout fits it. It is not used after an `Ok`. Or it is
    ///    [stray](Origin::Stray), aligned as the old layout, and the old size is 0: rule 6.
    /// 2. To grow, the new size is at least the old one; to shrink, at most.
    pub(super) unsafe fn make(&self, allocator: &dyn Allocator) -> Result<Result<NonNull<[u8]>, AllocError>, Unwound> {
        catch_panic(|| match *self {
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
        match *self {
            Self::Allocate { layout, zeroed: false } => write!(f, "allocate({})", LayoutText(layout)),
            Self::Allocate { layout, zeroed: true } => write!(f, "allocate_zeroed({})", LayoutText(layout)),
            Self::Deallocate { block, layout } => {
                write!(f, "deallocate({}; {})", LayoutText(layout), BlockText(block))
            }
            Self::Resize { method, block, old, new } => {
                let name = match method {
                    Resize::Grow => "grow",
                    Resize::GrowZeroed => "grow_zeroed",
                    Resize::Shrink => "shrink",
                };
                write!(f, "{name}({} to {}; {})", LayoutText(old), LayoutText(new), BlockText(block))
            }
        }
    }
}

/// Displays a layout, with a size near `isize::MAX` by its distance from that.
struct LayoutText(Layout);

impl fmt::Display for LayoutText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, align) = (self.0.size(), self.0.align());
        match (isize::MAX as usize).checked_sub(size) {
            Some(short @ 0..=0xFFFF) => write!(f, "size isize::MAX - {short}, align {align}"),
            _ => write!(f, "size {size}, align {align}"),
        }
    }
}

/// Displays the sizes of a block before the call.
struct BlockText(Block);

impl fmt::Display for BlockText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Block { start, requested, length, origin, .. } = self.0;
        match origin {
            Origin::Slot(_) => write!(f, "{requested} requested and {length} returned before"),
            Origin::Stray => write!(f, "never returned, at {start:?}"),
        }
    }
}
