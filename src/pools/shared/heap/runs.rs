//! Runs of slices, each one block.

use super::Heap;
use crate::api::{AllocError, Allocator};
use crate::pools::shared::chunks::{Chunk, Taken, Use, Wanted};
use crate::pools::shared::geometry::SLICE;
use crate::pools::shared::parent::Parent;

impl Heap {
    /// A row of slices for one block.
    pub(crate) fn take_run<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        last: usize,
        align: usize,
    ) -> Result<Taken, AllocError> {
        let (count, align) = (last / SLICE + 1, (align / SLICE).max(1));
        let wanted = Wanted { count, align, used_as: Use::Run, shard: 0 };
        let taken = self.chunks.take(parent.options, wanted);
        let taken = taken.map_or_else(|| self.chunks.take_new(parent, wanted, |bytes| self.is_dense(bytes)), Ok);
        self.tick(parent);
        taken
    }

    /// Gives back what a run of `count` slices has behind its first `keep`, which may be none.
    pub(crate) fn give_run_back<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        chunk: Chunk,
        slice: usize,
        keep: usize,
        count: usize,
    ) {
        self.chunks.give_back(parent.options, chunk, slice, keep, count);
        self.tick(parent);
    }
}
