//! Which slices are asked for.

use super::slice::Use;

/// Which slices are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// How many, in a row.
    pub(crate) count: usize,
    /// The first is a multiple of this, a power of two.
    pub(crate) align: usize,
    pub(crate) used_as: Use,
    /// Of a span.
    pub(crate) shard: u8,
}
