//! Where a block of a layout lies.

use super::geometry::SLICE;
use super::spans::class_of;
use crate::api::Layout;
use crate::pools::size_class::last_byte;

/// From this [`last_byte`] on a request is served by a block of the parent's.
pub(super) const LARGE: usize = 512 << 10;

/// How a block of a layout is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Class(usize),
    /// So many slices.
    Run(usize),
    Large,
}

impl Kind {
    #[inline]
    pub(super) fn of(layout: Layout) -> Self {
        match class_of(layout) {
            Some(class) => Kind::Class(class),
            None if layout.size() == 0 => Kind::Nothing,
            None if last_byte(layout) < LARGE => Kind::Run(last_byte(layout) / SLICE + 1),
            None => Kind::Large,
        }
    }
}
