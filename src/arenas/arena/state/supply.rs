use core::cell::Cell;

use crate::arenas::arena::spare_chunks::SpareChunks;
use crate::arenas::growth::{self, MIN_CAPACITY};

/// The spare chunks, and the capacity of the next new chunk, of an arena and all scopes in it.
#[derive(Debug)]
pub(super) struct ChunkSupply<const MIN_ALIGN: usize> {
    pub(super) spare: SpareChunks<MIN_ALIGN>,
    pub(super) next_capacity: Cell<usize>,
}

impl<const MIN_ALIGN: usize> ChunkSupply<MIN_ALIGN> {
    pub(super) const fn new() -> Self {
        Self { spare: SpareChunks::new(), next_capacity: Cell::new(MIN_CAPACITY) }
    }

    /// Makes the next chunk large enough for `bytes` in blocks.
    pub(super) fn raise_next_capacity(&self, bytes: usize) {
        self.next_capacity.set(self.next_capacity.get().max(growth::capacity_for_round(bytes)));
    }

    /// Limits the capacity of the next chunk to `bytes`, or to [`MIN_CAPACITY`] if `bytes` is less.
    pub(super) fn limit_next_capacity(&self, bytes: usize) {
        self.next_capacity.set(self.next_capacity.get().min(growth::largest_capacity(bytes)));
    }
}
