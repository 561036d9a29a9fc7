//! Large blocks by address: a treap, so that a block is found by its start, or by any address in it, in logarithmic time, and a change
//! needs no memory.
//!
//! The priority of a block is a hash of its address (Aragon and Seidel, 1989, with random numbers): so none is stored.
//!
//! # Invariants
//!
//! 1. What is linked lives as long as the map.
//! 2. The addresses to the left of a block are less than its own, those to the right greater; and no priority below it is greater.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::block::{Block, Link};

/// All zero bytes are an empty one.
#[derive(Debug)]
pub(super) struct Map {
    root: Link,
}

/// The finalizer of MurmurHash3.
fn priority(block: &Block) -> u64 {
    let mut hash = block.address() as u64;
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ hash >> 33).wrapping_mul(factor);
    }
    hash
}

impl Map {
    fn at(&self, link: &Link) -> Option<&Block> {
        // SAFETY: by invariant 1 it lives as long as the map.
        link.get().map(|block| unsafe { block.as_ref() })
    }

    /// Adds a block.
    ///
    /// # Safety
    ///
    /// It lives as long as the map, is in no map, and its address is no other's. That stays so until it is [removed](Self::remove).
    pub(super) unsafe fn insert(&self, block: &Block) {
        let (address, own) = (block.address(), priority(block));
        let mut link = &self.root;
        while let Some(other) = self.at(link).filter(|other| priority(other) >= own) {
            link = if address < other.address() { &other.left } else { &other.right };
        }
        let rest = Cell::new(link.replace(Some(NonNull::from(block))));
        // What was there is split into what lies before the block and behind it.
        let (mut before, mut behind) = (&block.left, &block.right);
        while let Some(other) = self.at(&rest) {
            let link = rest.get();
            if other.address() < address {
                before.set(link);
                before = &other.right;
                rest.set(before.get());
            } else {
                behind.set(link);
                behind = &other.left;
                rest.set(behind.get());
            }
        }
        before.set(None);
        behind.set(None);
    }

    /// Removes a block of the map.
    pub(super) fn remove(&self, block: &Block) {
        let mut link = &self.root;
        while let Some(other) = self.at(link).filter(|other| !ptr::eq(*other, block)) {
            link = if block.address() < other.address() { &other.left } else { &other.right };
        }
        // What is below is merged.
        let (before, behind) = (Cell::new(block.left.take()), Cell::new(block.right.take()));
        while let (Some(left), Some(right)) = (self.at(&before), self.at(&behind)) {
            if priority(left) >= priority(right) {
                link.set(before.get());
                link = &left.right;
                before.set(link.get());
            } else {
                link.set(behind.get());
                link = &right.left;
                behind.set(link.get());
            }
        }
        link.set(before.get().or(behind.get()));
    }

    /// The block that starts at `address`.
    pub(super) fn starting_at(&self, address: usize) -> Option<&Block> {
        self.last_up_to(address).filter(|block| block.address() == address)
    }

    /// The last block that starts at `address` or before.
    pub(super) fn last_up_to(&self, address: usize) -> Option<&Block> {
        let (mut found, mut link) = (None, &self.root);
        while let Some(block) = self.at(link) {
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

    /// The depth below a link, having checked the order of all that is there.
    fn depth(map: &Map, link: &Link, bounds: core::ops::Range<usize>, above: u64) -> usize {
        let Some(block) = map.at(link) else { return 0 };
        let (address, own) = (block.address(), priority(block));
        assert!(bounds.contains(&address) && own <= above);
        let left = depth(map, &block.left, bounds.start..address, own);
        1 + left.max(depth(map, &block.right, address + 1..bounds.end, own))
    }

    #[test]
    fn random_changes_beside_a_tree_of_std() {
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
                    // SAFETY: it is not in the map, and lives longer.
                    unsafe { map.insert(block) };
                } else if step % 5 != 0 {
                    model.remove(&block.address());
                    map.remove(block);
                }
                let address = random() % (1001 * stride);
                let expected = model.range(..=address).next_back().map(|(_, &block)| ptr::from_ref(block));
                assert_eq!(map.last_up_to(address).map(ptr::from_ref), expected);
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
