//! The model: which blocks are alive, where, and what is written in them.

use core::ptr::NonNull;
use std::collections::BTreeMap;

use super::pattern::Pattern;

/// A live block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) start: NonNull<u8>,
    /// The size last requested: the lower end of the fit range.
    pub(super) requested: usize,
    /// The length last returned: its upper end.
    pub(super) length: usize,
    pub(super) align: usize,
    /// Bytes written with the pattern: the length, or less if that is unreasonably large.
    pub(super) written: usize,
    pub(super) phase: usize,
    /// Which of two clones returned it. `None` stands for no block: a pointer to be sent at size 0 that the allocator did not
    /// return.
    pub(super) server: Option<usize>,
}

impl Block {
    /// The first byte that has changed since it was written.
    pub(super) fn first_difference(&self, pattern: &Pattern) -> Option<usize> {
        // SAFETY: the block is alive, being in the model; the kit wrote that many bytes.
        unsafe { pattern.first_difference(self.start, self.phase, self.written) }
    }
}

/// The live blocks, to draw from and to search by address.
#[derive(Default)]
pub(super) struct Shadow {
    blocks: Vec<Block>,
    /// From the first address of a block to the one behind its last. Blocks without bytes are not in it: they may lie
    /// anywhere.
    ranges: BTreeMap<usize, usize>,
}

impl Shadow {
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// A live block with bytes among the `length` bytes from `address` on: its first address and the one behind its last.
    pub(super) fn overlap(&self, address: usize, length: usize) -> Option<(usize, usize)> {
        if length == 0 {
            return None;
        }
        let (&start, &end) = self.ranges.range(..address.saturating_add(length)).next_back()?;
        (end > address).then_some((start, end))
    }

    /// Adds a block that overlaps no other.
    pub(super) fn insert(&mut self, block: Block) {
        if block.length != 0 {
            let address = block.start.addr().get();
            self.ranges.insert(address, address + block.length);
        }
        self.blocks.push(block);
    }

    /// Takes a block out of the model: the allocator is about to have it back.
    pub(super) fn take(&mut self, index: usize) -> Block {
        let block = self.blocks.swap_remove(index);
        if block.length != 0 {
            self.ranges.remove(&block.start.addr().get());
        }
        block
    }
}

#[cfg(test)]
mod tests {
    use core::ptr::{self, NonNull};

    use super::{Block, Shadow};

    fn block(address: usize, length: usize) -> Block {
        let start = NonNull::new(ptr::without_provenance_mut(address)).unwrap();
        Block { start, requested: length, length, align: 1, written: 0, phase: 0, server: None }
    }

    #[test]
    fn overlaps_are_found_and_neighbours_are_not() {
        let mut shadow = Shadow::default();
        shadow.insert(block(100, 10));
        shadow.insert(block(120, 10));
        shadow.insert(block(105, 0));
        for (address, length, found) in [
            (90, 10, None),
            (90, 11, Some((100, 110))),
            (100, 10, Some((100, 110))),
            (105, 1, Some((100, 110))),
            (105, 0, None),
            (110, 10, None),
            (110, 11, Some((120, 130))),
            (50, 500, Some((120, 130))),
            (130, 1, None),
            (130, usize::MAX, None),
            (125, usize::MAX, Some((120, 130))),
        ] {
            assert_eq!(shadow.overlap(address, length), found, "{address} {length}");
        }
        shadow.take(0);
        assert_eq!(shadow.overlap(100, 10), None);
        assert_eq!(shadow.len(), 2);
    }
}
