//! Blocks in use: where they are, and what is in them.

use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};

use crate::{address, bytes, fill};

/// A small random sequence (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) as usize % limit
    }

    /// Mostly small ones, some larger than a chunk.
    pub(crate) fn size(&mut self) -> usize {
        match self.below(40) {
            0 => self.below(100_000),
            1..4 => self.below(5000),
            4 => 0,
            _ => self.below(200),
        }
    }

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

/// Blocks of one allocator, each filled with a byte of its own.
#[derive(Debug, Default)]
pub(crate) struct Live {
    blocks: Vec<Block>,
    next_byte: u8,
}

impl Live {
    pub(crate) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// The layouts' sizes, summed up.
    pub(crate) fn size(&self) -> usize {
        self.blocks.iter().map(|block| block.layout.size()).sum()
    }

    fn put(&mut self, start: NonNull<u8>, layout: Layout) {
        assert_eq!(address(start) % layout.align(), 0, "{start:?} {layout:?}");
        let end = address(start) + layout.size();
        for other in &self.blocks {
            let other_end = address(other.start) + other.layout.size();
            let apart = end <= address(other.start) || other_end <= address(start);
            assert!(apart || layout.size() == 0 || other.layout.size() == 0, "{start:?} {layout:?} is in {other:?}");
        }
        self.next_byte = self.next_byte.wrapping_add(1);
        fill(start, self.next_byte, layout.size());
        self.blocks.push(Block { start, layout, byte: self.next_byte });
    }

    /// That every block has its bytes.
    #[track_caller]
    pub(crate) fn check(&self) {
        for block in &self.blocks {
            let intact = crate::all(bytes(block.start, block.layout.size()), block.byte);
            assert!(intact, "{block:?} was written to");
        }
    }

    pub(crate) fn allocate(&mut self, allocator: &dyn Allocator, layout: Layout) -> Result<(), AllocError> {
        let block = allocator.allocate(layout)?;
        assert_eq!(block.len(), layout.size());
        self.put(block.cast(), layout);
        Ok(())
    }

    pub(crate) fn allocate_zeroed(&mut self, allocator: &dyn Allocator, layout: Layout) -> Result<(), AllocError> {
        let block = allocator.allocate_zeroed(layout)?;
        assert!(crate::all(bytes(block.cast(), block.len()), 0));
        self.put(block.cast(), layout);
        Ok(())
    }

    pub(crate) fn free(&mut self, allocator: &dyn Allocator, at: usize) {
        let Block { start, layout, .. } = self.blocks.remove(at);
        // SAFETY: the block is of this allocator, with this layout, and live until now.
        unsafe { allocator.deallocate(start, layout) };
    }

    /// Makes a block as long as `size`, or leaves all as it was.
    pub(crate) fn resize(&mut self, allocator: &dyn Allocator, at: usize, size: usize) -> Result<(), AllocError> {
        let Block { start, layout: old, byte } = self.blocks[at];
        let new = Layout::from_size_align(size, old.align()).unwrap();
        let resized = if size >= old.size() {
            // SAFETY: the block is of this allocator, with this layout; the new size is no smaller.
            unsafe { allocator.grow(start, old, new) }
        } else {
            // SAFETY: as above; the new size is smaller.
            unsafe { allocator.shrink(start, old, new) }
        };
        let start = resized?.cast();
        let kept = old.size().min(size);
        assert!(crate::all(bytes(start, kept), byte), "contents changed with the size");
        self.blocks.remove(at);
        self.put(start, new);
        Ok(())
    }

    /// Does something with one block, or gets one: whether there was memory for it.
    pub(crate) fn step(&mut self, allocator: &dyn Allocator, random: &mut Random) -> Result<(), AllocError> {
        // Often the last one: that is what arenas do more about.
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
