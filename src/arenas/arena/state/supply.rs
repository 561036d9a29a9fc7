use core::cell::Cell;

use crate::arenas::arena::spare_chunks::SpareChunks;

/// The capacity of the first chunk, in bytes. That of later ones doubles, up to [`MAX_CAPACITY`].
pub(super) const MIN_CAPACITY: usize = 4 << 10;
/// The capacity up to which that of new chunks doubles, in bytes.
pub(super) const MAX_CAPACITY: usize = 1 << 20;

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

    /// Makes the next chunk large enough for `bytes` in blocks, and an eighth more, because blocks leave the ends of chunks unused.
    pub(super) fn raise_next_capacity(&self, bytes: usize) {
        let capacity = bytes.saturating_add(bytes / 8).min(isize::MAX as usize / 2).next_multiple_of(MIN_CAPACITY);
        self.next_capacity.set(self.next_capacity.get().max(capacity));
    }

    /// Limits the capacity of the next chunk to `bytes`, or to [`MIN_CAPACITY`] if `bytes` is less.
    pub(super) fn limit_next_capacity(&self, bytes: usize) {
        let capacity = (bytes / MIN_CAPACITY * MIN_CAPACITY).max(MIN_CAPACITY);
        self.next_capacity.set(self.next_capacity.get().min(capacity));
    }
}
