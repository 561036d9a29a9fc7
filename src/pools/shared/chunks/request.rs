//! A request for slices.

use super::slice::SliceUse;

/// A request for consecutive slices of one chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SliceRequest {
    /// The number of slices.
    pub(crate) count: usize,
    /// A power of two that divides the index of the first slice.
    pub(crate) align: usize,
    pub(crate) slice_use: SliceUse,
    /// The index of the shard that will own the span; 0 for a run.
    pub(crate) shard: u8,
}
