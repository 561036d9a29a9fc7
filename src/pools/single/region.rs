//! The part of a chunk in which no block has been yet.

use core::cell::Cell;
use core::ptr::NonNull;

use super::chunk::Chunk;

/// The free bytes from a position to an end: both may use the chunk they lie in.
#[derive(Debug)]
pub(crate) struct Region {
    position: Cell<NonNull<u8>>,
    end: Cell<NonNull<u8>>,
}

/// Blocks one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) start: NonNull<u8>,
    pub(crate) count: usize,
    /// How many bytes in front of it were left out, so that it is aligned.
    pub(crate) skipped: usize,
}

impl Region {
    pub(crate) const fn empty() -> Self {
        Self { position: Cell::new(NonNull::dangling()), end: Cell::new(NonNull::dangling()) }
    }

    /// The room of a chunk that nothing is in.
    pub(crate) fn of(chunk: Chunk) -> Self {
        Self { position: Cell::new(chunk.start()), end: Cell::new(chunk.end()) }
    }

    pub(crate) fn position(&self) -> NonNull<u8> {
        self.position.get()
    }

    /// The bytes left.
    pub(crate) fn left(&self) -> usize {
        self.end.get().addr().get() - self.position.get().addr().get()
    }

    pub(crate) fn swap(&self, other: &Self) {
        self.position.swap(&other.position);
        self.end.swap(&other.end);
    }

    /// Takes at most `most` blocks of `size` bytes, which is a multiple of `align`; at least one, or it is `None`.
    pub(crate) fn take_run(&self, size: usize, align: usize, most: usize) -> Option<Run> {
        let position = self.position.get();
        let skipped = position.align_offset(align);
        let count = (self.left().checked_sub(skipped)? / size).min(most);
        if count == 0 {
            return None;
        }
        // SAFETY: no more than is left.
        let start = unsafe { position.add(skipped) };
        // SAFETY: no more than is left.
        self.position.set(unsafe { start.add(count * size) });
        Some(Run { start, count, skipped })
    }
}
