//! Large blocks by address, in a treap: a binary search tree by address that is also a heap by priority. So a block is
//! found by its start, or by any address within it, in logarithmic time, and a change needs no memory.
//!
//! The priority of a block is a hash of its address and is not stored. (Aragon and Seidel, 1989, take random numbers.)

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::block::{Block, Link};

/// A map of blocks by address. Zero bytes are an empty one.
///
/// # Invariants
///
/// 1. The record of a block in the map stays where it is until the block is [removed](Self::remove), and the address of
///    the block does not change.
/// 2. The blocks that the left link of a block leads to have lower addresses, and those that the right one leads to have
///    higher addresses.
/// 3. None of these has a higher priority.
#[derive(Debug)]
pub(super) struct Map {
    root: Link,
}

/// Returns the priority of a block: its address, hashed with the finalizer of MurmurHash3.
fn priority(block: &Block) -> u64 {
    let mut hash = block.address() as u64;
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ hash >> 33).wrapping_mul(factor);
    }
    hash
}

impl Map {
    /// Returns the block that a link leads to.
    fn target(&self, link: &Link) -> Option<&Block> {
        // SAFETY: the record stays by invariant 1.
        link.get().map(|block| unsafe { block.as_ref() })
    }

    /// Adds a block.
    ///
    /// # Safety
    ///
    /// Until the block is [removed](Self::remove):
    ///
    /// 1. Its record stays where it is, and is in no other map.
    /// 2. No other block of the map has its address.
    /// 3. Its address does not change.
    pub(super) unsafe fn insert(&self, block: &Block) {
        let (address, own) = (block.address(), priority(block));
        let mut link = &self.root;
        while let Some(other) = self.target(link).filter(|other| priority(other) >= own) {
            link = if address < other.address() { &other.left } else { &other.right };
        }
        let rest = Cell::new(link.replace(Some(NonNull::from(block))));
        // The block takes the place of a subtree, which is split into the blocks before it and those after it.
        let (mut before, mut after) = (&block.left, &block.right);
        while let Some(other) = self.target(&rest) {
            let link = rest.get();
            if other.address() < address {
                before.set(link);
                before = &other.right;
                rest.set(before.get());
            } else {
                after.set(link);
                after = &other.left;
                rest.set(after.get());
            }
        }
        before.set(None);
        after.set(None);
    }

    /// Removes a block, which is in the map.
    pub(super) fn remove(&self, block: &Block) {
        let mut link = &self.root;
        while let Some(other) = self.target(link).filter(|other| !ptr::eq(*other, block)) {
            link = if block.address() < other.address() { &other.left } else { &other.right };
        }
        // Its two subtrees are merged into one, which takes its place.
        let (before, after) = (Cell::new(block.left.take()), Cell::new(block.right.take()));
        while let (Some(left), Some(right)) = (self.target(&before), self.target(&after)) {
            if priority(left) >= priority(right) {
                link.set(before.get());
                link = &left.right;
                before.set(link.get());
            } else {
                link.set(after.get());
                link = &right.left;
                after.set(link.get());
            }
        }
        link.set(before.get().or(after.get()));
    }

    /// Returns the block that starts at `address`.
    pub(super) fn starting_at(&self, address: usize) -> Option<&Block> {
        self.last_at_or_before(address).filter(|block| block.address() == address)
    }

    /// Returns the last block that starts at `address` or before.
    pub(super) fn last_at_or_before(&self, address: usize) -> Option<&Block> {
        let (mut found, mut link) = (None, &self.root);
        while let Some(block) = self.target(link) {
            if block.address() <= address {
                (found, link) = (Some(block), &block.right);
            } else {
                link = &block.left;
            }
        }
        found
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::boxed::Box;
    use std::collections::BTreeMap;
    use std::vec::Vec;

    use super::*;

    /// Checks invariants 2 and 3 for the subtree that a link leads to, and returns its depth.
    fn depth(map: &Map, link: &Link, bounds: core::ops::Range<usize>, above: u64) -> usize {
        let Some(block) = map.target(link) else { return 0 };
        let (address, own) = (block.address(), priority(block));
        assert!(bounds.contains(&address) && own <= above);
        let left = depth(map, &block.left, bounds.start..address, own);
        1 + left.max(depth(map, &block.right, address + 1..bounds.end, own))
    }

    #[test]
    fn random_changes_agree_with_a_btree_map() {
        for stride in [4096, 1 << 21, (3 << 20) + 4096] {
            let blocks: Vec<Box<Block>> = (1..1000_usize)
                .map(|number| {
                    let block = Box::new(Block::new());
                    let start = core::ptr::without_provenance_mut(number * stride);
                    block.start.set(NonNull::new(start).unwrap());
                    block
                })
                .collect();
            let (map, mut model) = (Map { root: Cell::new(None) }, BTreeMap::new());
            let mut state = 1_u64;
            let mut random = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 33) as usize
            };
            for step in 0..20_000 {
                let block: &Block = &blocks[random() % blocks.len()];
                if model.insert(block.address(), block).is_none() {
                    // SAFETY: (1) and (3) `blocks` outlives the map and does not change. (2) Each block has its own
                    // address, and this one was not in the model, so it is not in the map.
                    unsafe { map.insert(block) };
                } else if step % 5 != 0 {
                    model.remove(&block.address());
                    map.remove(block);
                }
                let address = random() % (1001 * stride);
                let expected = model.range(..=address).next_back().map(|(_, &block)| ptr::from_ref(block));
                assert_eq!(map.last_at_or_before(address).map(ptr::from_ref), expected);
                let is_there = map.starting_at(block.address()).is_some_and(|found| ptr::eq(found, block));
                assert_eq!(is_there, model.contains_key(&block.address()));
            }
            let depth = depth(&map, &map.root, 0..usize::MAX, u64::MAX);
            assert!(depth < 40, "{depth} for {}", model.len());
            model.values().for_each(|block| map.remove(block));
            assert!(map.root.get().is_none());
        }
    }
}
