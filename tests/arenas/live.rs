//! A model of the live blocks of an allocator: detects blocks that overlap, are misaligned or lose their contents.

use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};

pub(crate) use crate::random::Random;
use crate::{address, bytes, fill};

impl Random {
    /// Returns a size: mostly below 200, sometimes 0, sometimes larger than a chunk.
    pub(crate) fn size(&mut self) -> usize {
        match self.below(40) {
            0 => self.below(100_000),
            1..4 => self.below(5000),
            4 => 0,
            _ => self.below(200),
        }
    }

    /// Returns an align: mostly at most 16, sometimes up to 4096.
    pub(crate) fn align(&mut self) -> usize {
        if self.below(10) == 0 { 1 << self.below(13) } else { 1 << self.below(5) }
    }
}

#[derive(Clone, Copy, Debug)]
struct Block {
    start: NonNull<u8>,
    layout: Layout,
    byte: u8,
}

/// The live blocks of one allocator, each filled with its own byte.
#[derive(Debug, Default)]
pub(crate) struct LiveBlocks {
    blocks: Vec<Block>,
    next_byte: u8,
}

impl LiveBlocks {
    pub(crate) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Returns the sum of the sizes of all blocks.
    pub(crate) fn size(&self) -> usize {
        self.blocks.iter().map(|block| block.layout.size()).sum()
    }

    /// Adds a block and fills it. Panics if it is misaligned or overlaps another block.
    fn insert(&mut self, start: NonNull<u8>, layout: Layout) {
        assert_eq!(address(start) % layout.align(), 0, "{start:?} {layout:?}");
        let end = address(start) + layout.size();
        for other in &self.blocks {
            let other_end = address(other.start) + other.layout.size();
            let apart = end <= address(other.start) || other_end <= address(start);
            assert!(apart || layout.size() == 0 || other.layout.size() == 0, "{start:?} {layout:?} overlaps {other:?}");
        }
        self.next_byte = self.next_byte.wrapping_add(1);
        fill(start, self.next_byte, layout.size());
        self.blocks.push(Block { start, layout, byte: self.next_byte });
    }

    /// Asserts that every block still has its contents.
    #[track_caller]
    pub(crate) fn check(&self) {
        for block in &self.blocks {
            let intact = crate::all_equal(bytes(block.start, block.layout.size()), block.byte);
            assert!(intact, "{block:?} was overwritten");
        }
    }

    pub(crate) fn allocate(&mut self, allocator: &dyn Allocator, layout: Layout) -> Result<(), AllocError> {
        let block = allocator.allocate(layout)?;
        assert_eq!(block.len(), layout.size());
        self.insert(block.cast(), layout);
        Ok(())
    }

    pub(crate) fn allocate_zeroed(&mut self, allocator: &dyn Allocator, layout: Layout) -> Result<(), AllocError> {
        let block = allocator.allocate_zeroed(layout)?;
        assert!(crate::all_equal(bytes(block.cast(), block.len()), 0));
        self.insert(block.cast(), layout);
        Ok(())
    }

    pub(crate) fn free(&mut self, allocator: &dyn Allocator, at: usize) {
        let Block { start, layout, .. } = self.blocks.remove(at);
        // SAFETY: the block was allocated by this allocator with this layout, and is no longer in the list.
        unsafe { allocator.deallocate(start, layout) };
    }

    /// Grows or shrinks block `at` to `size` bytes. After an error the block is unchanged.
    pub(crate) fn resize(&mut self, allocator: &dyn Allocator, at: usize, size: usize) -> Result<(), AllocError> {
        let Block { start, layout: old, byte } = self.blocks[at];
        let new = Layout::from_size_align(size, old.align()).unwrap();
        let resized = if size >= old.size() {
            // SAFETY: the block is live, from this allocator, with this layout; the new size is not smaller.
            unsafe { allocator.grow(start, old, new) }
        } else {
            // SAFETY: the block is live, from this allocator, with this layout; the new size is smaller.
            unsafe { allocator.shrink(start, old, new) }
        };
        let start = resized?.cast();
        let kept = old.size().min(size);
        assert!(crate::all_equal(bytes(start, kept), byte), "the contents changed on resize");
        self.blocks.remove(at);
        self.insert(start, new);
        Ok(())
    }

    /// Allocates, frees or resizes a random block. Returns an error if there was no memory.
    pub(crate) fn step(&mut self, allocator: &dyn Allocator, random: &mut Random) -> Result<(), AllocError> {
        // Half the time the last block, which arenas treat specially.
        let at = |random: &mut Random, length: usize| match random.below(2) {
            0 => length - 1,
            _ => random.below(length),
        };
        match (random.below(8), self.blocks.len()) {
            (0..4, _) | (_, 0) => {
                let layout = Layout::from_size_align(random.size(), random.align()).unwrap();
                if random.below(4) == 0 {
                    self.allocate_zeroed(allocator, layout)
                } else {
                    self.allocate(allocator, layout)
                }
            }
            (4..6, length) => {
                let at = at(random, length);
                self.free(allocator, at);
                Ok(())
            }
            (_, length) => {
                let at = at(random, length);
                self.resize(allocator, at, random.size())
            }
        }
    }
}
