//! The part of a chunk that has not been carved into blocks.

use core::cell::Cell;
use core::ptr::NonNull;

use super::chunk::PoolChunk;

/// The bytes of a chunk that no block has used yet.
///
/// # Invariants
///
/// 1. `position` and `end` lie in one chunk, `position` not behind `end`, and both may access all of the chunk. Or both
///    dangle and are equal.
/// 2. Nothing else uses the bytes between them.
#[derive(Debug)]
pub(crate) struct UncarvedRegion {
    position: Cell<NonNull<u8>>,
    end: Cell<NonNull<u8>>,
}

/// Adjacent blocks, carved out of a region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRun {
    pub(crate) start: NonNull<u8>,
    pub(crate) count: usize,
    /// The number of bytes in front of the run that were left out to align it.
    pub(crate) skipped: usize,
}

impl UncarvedRegion {
    pub(crate) const fn empty() -> Self {
        Self { position: Cell::new(NonNull::dangling()), end: Cell::new(NonNull::dangling()) }
    }

    /// Returns the contents of a fresh chunk.
    pub(crate) fn of(chunk: PoolChunk) -> Self {
        Self { position: Cell::new(chunk.start()), end: Cell::new(chunk.end()) }
    }

    pub(crate) fn position(&self) -> NonNull<u8> {
        self.position.get()
    }

    /// Returns the number of bytes left.
    pub(crate) fn remaining(&self) -> usize {
        self.end.get().addr().get() - self.position.get().addr().get()
    }

    pub(crate) fn swap(&self, other: &Self) {
        self.position.swap(&other.position);
        self.end.swap(&other.end);
    }

    /// Carves out at most `max_count` blocks of `size` bytes, which is a multiple of `align`. `None` if not even one
    /// fits.
    pub(crate) fn carve(&self, size: usize, align: usize, max_count: usize) -> Option<BlockRun> {
        let position = self.position.get();
        let skipped = position.align_offset(align);
        let count = (self.remaining().checked_sub(skipped)? / size).min(max_count);
        if count == 0 {
            return None;
        }
        // SAFETY: at most the remaining bytes, by invariant 1.
        let start = unsafe { position.add(skipped) };
        // SAFETY: `skipped + count * size` is at most the remaining bytes, by invariant 1.
        self.position.set(unsafe { start.add(count * size) });
        Some(BlockRun { start, count, skipped })
    }
}
