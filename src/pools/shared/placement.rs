//! Where a block lies: in a span, a run, or a block of the parent. For allocation that follows from the layout, for
//! deallocation also from the address.

use super::chunks::{Chunk, SliceUse};
use super::geometry::{SLICE, slice_at};
use super::spans::class_of;
use crate::api::Layout;
use crate::pools::size_class::last_byte;

/// A request whose [`last_byte`] is at least this is served by a block of the parent.
pub(super) const LARGE: usize = 512 << 10;

/// The way in which blocks of a layout are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placement {
    /// By a dangling pointer, for size 0.
    Empty,
    /// By a span of this class.
    Class(usize),
    /// By a run of so many slices.
    Run(usize),
    /// By a block of the parent.
    Large,
}

impl Placement {
    #[inline]
    pub(super) fn of(layout: Layout) -> Self {
        match class_of(layout) {
            Some(class) => Placement::Class(class),
            None if layout.size() == 0 => Placement::Empty,
            None if last_byte(layout) < LARGE => Placement::Run(last_byte(layout) / SLICE + 1),
            None => Placement::Large,
        }
    }

    /// Returns whether a block stays as it is when its layout changes to one that is served in the way `new`, at the
    /// same align.
    pub(super) fn stays(self, new: Self) -> bool {
        self == new && self != Placement::Large
    }
}

/// The slice in which a block lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockSlice {
    pub(super) chunk: Chunk,
    /// The index of the slice.
    pub(super) slice: usize,
    pub(super) slice_use: SliceUse,
}

impl BlockSlice {
    /// Returns the slice in which `address` lies.
    ///
    /// # Safety
    ///
    /// The address lies in a chunk.
    #[inline]
    pub(super) unsafe fn of(address: usize) -> Self {
        // SAFETY: by `# Safety` of this fn.
        let chunk = unsafe { Chunk::of(address) };
        let slice = slice_at(address);
        Self { chunk, slice, slice_use: chunk.slice_use(slice) }
    }

    /// Returns the first slice of the span or run, the number of its slices, and the distance of `address` from its
    /// start, in bytes.
    pub(super) fn part(self, address: usize) -> (usize, usize, usize) {
        let (first, count) = self.chunk.part_at(self.slice);
        (first, count, address - self.chunk.slice_start(first).addr().get())
    }
}
