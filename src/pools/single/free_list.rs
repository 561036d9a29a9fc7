//! Free blocks, in a list threaded through themselves.

use core::cell::Cell;
use core::ptr::NonNull;

use super::chunk::of_its_chunk;

/// What is in a free block: the next one.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
struct Link(Option<NonNull<Link>>);

/// Free blocks of one size, the last one freed first.
///
/// From `push` to `pop` a block is the list's alone.
#[derive(Debug)]
pub(crate) struct FreeList {
    first: Cell<Option<NonNull<Link>>>,
}

impl FreeList {
    /// A block is no shorter, and its address and size are multiples of it.
    pub(crate) const GRAIN: usize = size_of::<Link>();

    pub(crate) const fn new() -> Self {
        Self { first: Cell::new(None) }
    }

    #[inline(always)]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let first = self.first.get()?;
        // SAFETY: a block in the list starts with a link.
        let Link(next) = unsafe { first.read() };
        self.first.set(next);
        Some(first.cast())
    }

    /// Puts a block in front.
    ///
    /// # Safety
    ///
    /// 1. `block` lies in a chunk, starts at a multiple of [`GRAIN`](Self::GRAIN), and is no shorter than that.
    /// 2. Nobody else uses it.
    #[inline(always)]
    pub(crate) unsafe fn push(&self, block: NonNull<u8>) {
        let link = of_its_chunk(block).cast();
        // SAFETY: by `# Safety` of this fn; the pointer may write all of the chunk.
        unsafe { link.write(Link(self.first.get())) };
        self.first.set(Some(link));
    }

    /// Puts `count` blocks of `size` bytes in front, which lie one after the other from `start` on and come in that order.
    ///
    /// # Safety
    ///
    /// As for [`push`](Self::push), for each of them. There is one at least, and `start` may write all of them.
    pub(crate) unsafe fn push_run(&self, start: NonNull<u8>, size: usize, count: usize) {
        let mut block = start;
        for _ in 1..count {
            // SAFETY: another block follows.
            let next = unsafe { block.add(size) };
            // SAFETY: by `# Safety` of this fn.
            unsafe { block.cast().write(Link(Some(next.cast()))) };
            block = next;
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { block.cast().write(Link(self.first.get())) };
        self.first.set(Some(start.cast()));
    }

    /// How many blocks there are: a walk through all of them.
    pub(crate) fn len(&self) -> usize {
        let mut next = self.first.get();
        let mut length = 0;
        while let Some(link) = next {
            // SAFETY: a block in the list starts with a link.
            Link(next) = unsafe { link.read() };
            length += 1;
        }
        length
    }
}
