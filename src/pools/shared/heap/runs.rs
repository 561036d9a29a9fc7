//! Runs of slices, each of which is one block of more than 128 KiB.

use super::HeapRef;
use crate::api::{AllocError, Allocator};
use crate::pools::shared::chunks::{Chunk, SliceRange, SliceRequest, SliceUse};
use crate::pools::shared::geometry::SLICE;

impl<A: Allocator> HeapRef<'_, A> {
    /// Allocates a run of `count` slices, aligned to `align` bytes.
    pub(crate) fn allocate_run(&self, count: usize, align: usize) -> Result<SliceRange, AllocError> {
        let request = SliceRequest { count, align: (align / SLICE).max(1), slice_use: SliceUse::Run, shard: 0 };
        let half_full = |bytes| self.chunks_half_full(bytes);
        let range = match self.chunks.take(request) {
            Some(range) => Ok(range),
            None => self.chunks.take_additional(self.parent, request, half_full),
        };
        self.maybe_reclaim();
        range
    }

    /// Frees a run of `count` slices.
    pub(crate) fn free_run(&self, chunk: Chunk, first: usize, count: usize) {
        self.chunks.release(self.parent.options, chunk, first, count);
        self.maybe_reclaim();
    }

    /// Releases all but the first `keep` slices of a run of `count`.
    pub(crate) fn truncate_run(&self, chunk: Chunk, first: usize, count: usize, keep: usize) {
        self.chunks.truncate_run(self.parent.options, chunk, first, count, keep);
        self.maybe_reclaim();
    }
}
