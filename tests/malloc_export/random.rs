//! Random calls beside a model of what has to be in memory.

use std::collections::BTreeMap;

use crate::calls::{Calls, given};
use crate::edges::{check, check_zero, fill};

/// A generator by Steele, Lea and Flood (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Small ones more often: each number of bits is as likely as any other.
    fn size(&mut self) -> usize {
        let bits = self.below(18);
        self.below(1 << bits)
    }
}

struct Block {
    start: *mut u8,
    /// As far as it was written, which is as far as it can be.
    length: usize,
    seed: u8,
}

/// `operations` calls, and then all blocks freed.
pub(crate) fn run<C: Calls>(c: &C, seed: u64, operations: usize) {
    let mut random = Random(seed);
    let mut blocks: Vec<Block> = Vec::new();
    // Starts and lengths of what is live.
    let mut live: BTreeMap<usize, usize> = BTreeMap::new();
    for operation in 0..operations {
        let seed = operation as u8;
        let size = random.size();
        let start = match random.below(10) {
            0 | 1 => given(16, || c.malloc(size)),
            2 => {
                let count = random.below(9);
                let block = given(16, || c.calloc(count, size));
                unsafe { check_zero(block, count * size) };
                block
            }
            3 => {
                let align = 1 << random.below(14);
                given(align.max(16), || c.aligned_alloc(align, size))
            }
            4..=6 if !blocks.is_empty() => {
                let at = random.below(blocks.len());
                let old = blocks.swap_remove(at);
                live.remove(&old.start.addr());
                unsafe { check(old.start, old.length, old.seed) };
                let size = size.max(1);
                let block = given(16, || unsafe { c.realloc(old.start, size) });
                unsafe { check(block, old.length.min(size), old.seed) };
                block
            }
            _ if !blocks.is_empty() => {
                let at = random.below(blocks.len());
                let old = blocks.swap_remove(at);
                live.remove(&old.start.addr());
                unsafe { check(old.start, old.length, old.seed) };
                unsafe { c.free(old.start) };
                continue;
            }
            _ => continue,
        };
        let length = unsafe { c.malloc_usable_size(start) };
        let before = live.range(..=start.addr()).next_back().map_or(0, |(start, length)| start + length);
        let behind = live.range(start.addr()..).next().map_or(usize::MAX, |(start, _)| *start);
        assert!(before <= start.addr() && start.addr() + length <= behind, "block {start:?} overlaps another");
        live.insert(start.addr(), length);
        unsafe { fill(start, length, seed) };
        blocks.push(Block { start, length, seed });
    }
    for Block { start, length, seed } in blocks {
        unsafe { check(start, length, seed) };
        unsafe { c.free(start) };
    }
}
