//! Free blocks of one size, in a list threaded through the blocks.

use core::cell::Cell;
use core::ptr::NonNull;

use super::chunk::with_chunk_provenance;

/// The first bytes of a free block: the next free block.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
struct Link(Option<NonNull<Link>>);

/// Free blocks of one size; the block freed last is the first one.
///
/// # Invariants
///
/// 1. `first` and the links of the list refer to live bytes of a chunk, by pointers that may access all of the chunk.
///    Each of them begins with an initialised link.
/// 2. From `push` to `pop` only the list uses a block.
#[derive(Debug)]
pub(crate) struct FreeList {
    first: Cell<Option<NonNull<Link>>>,
}

impl FreeList {
    /// The minimum size of a block. Its address and size are multiples of it.
    pub(crate) const GRAIN: usize = size_of::<Link>();

    pub(crate) const fn new() -> Self {
        Self { first: Cell::new(None) }
    }

    #[inline(always)]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let first = self.first.get()?;
        // SAFETY: by invariant 1.
        let Link(next) = unsafe { first.read() };
        self.first.set(next);
        Some(first.cast())
    }

    /// Adds a block in front.
    ///
    /// # Safety
    ///
    /// 1. `block` lies in a chunk, at a multiple of [`GRAIN`](Self::GRAIN), and is no shorter than that.
    /// 2. Nothing else uses it.
    #[inline(always)]
    pub(crate) unsafe fn push(&self, block: NonNull<u8>) {
        let link = with_chunk_provenance(block).cast();
        // SAFETY: a link fits there and is aligned by (1). The pointer may write all of the chunk.
        unsafe { link.write(Link(self.first.get())) };
        self.first.set(Some(link));
    }

    /// Adds `count` adjacent blocks of `size` bytes in front, in the order of their addresses.
    ///
    /// # Safety
    ///
    /// 1. The conditions of [`push`](Self::push) hold for each block. `count` is not 0.
    /// 2. `start` may write all of them.
    pub(crate) unsafe fn push_run(&self, start: NonNull<u8>, size: usize, count: usize) {
        let mut block = start;
        for _ in 1..count {
            // SAFETY: another block follows, by (1).
            let next = unsafe { block.add(size) };
            // SAFETY: a link fits there and is aligned by (1), and may be written by (2).
            unsafe { block.cast().write(Link(Some(next.cast()))) };
            block = next;
        }
        // SAFETY: as above.
        unsafe { block.cast().write(Link(self.first.get())) };
        self.first.set(Some(start.cast()));
    }

    /// Counts the blocks by a walk through all of them.
    pub(crate) fn len(&self) -> usize {
        let mut next = self.first.get();
        let mut length = 0;
        while let Some(link) = next {
            // SAFETY: by invariant 1.
            Link(next) = unsafe { link.read() };
            length += 1;
        }
        length
    }
}
