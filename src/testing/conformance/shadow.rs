//! The model: which blocks are alive, where they lie, and which bytes they hold.

use core::ptr::NonNull;
use std::collections::BTreeMap;

use super::pattern::Pattern;

/// The pointer of a call, and what the kit knows of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) start: NonNull<u8>,
    /// The size last requested: the lower end of the fit range.
    pub(super) requested: usize,
    /// The length last returned: the upper end of the fit range.
    pub(super) length: usize,
    pub(super) align: usize,
    /// The number of bytes written with the pattern: the length, or less if that is unreasonably large.
    pub(super) written: usize,
    pub(super) phase: usize,
    pub(super) origin: Origin,
}

/// Where a pointer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is a live block that the allocator in this slot returned.
    Slot(usize),
    /// The allocator never returned it: it is no block, and may be sent at size 0 only.
    Stray,
}

impl Block {
    /// Returns the offset of the first byte that has changed since it was written.
    pub(super) fn first_difference(&self, pattern: &Pattern) -> Option<usize> {
        // SAFETY: the driver compares only live blocks, and has written that many bytes.
        unsafe { pattern.first_difference(self.start, self.phase, self.written) }
    }
}

/// The live blocks, by index and by address.
#[derive(Default)]
pub(super) struct Shadow {
    blocks: Vec<Block>,
    /// From the first address of a block to the end address. Blocks without bytes are left out, since they may lie
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

    /// Returns the first and the end address of a live block that shares bytes with the `length` bytes from `address`
    /// on.
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

    /// Removes a block, which is about to be freed or was resized.
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

    use super::{Block, Origin, Shadow};

    fn block(address: usize, length: usize) -> Block {
        let start = NonNull::new(ptr::without_provenance_mut(address)).unwrap();
        Block { start, requested: length, length, align: 1, written: 0, phase: 0, origin: Origin::Slot(0) }
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
