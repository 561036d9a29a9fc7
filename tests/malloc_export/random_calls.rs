//! Random calls of C's functions, with a model of the expected contents of memory.

use std::collections::BTreeMap;

use crate::calls::{Calls, assert_served};
use crate::edges::{check_contents, check_zero, fill};
use crate::random::Random;

/// Returns a random size, with each number of bits as likely as any other.
fn random_size(random: &mut Random) -> usize {
    let bits = random.below(18);
    random.below(1 << bits)
}

struct Block {
    start: *mut u8,
    /// The usable size, all of which was written.
    length: usize,
    seed: u8,
}

/// Makes `operations` random calls, and then frees all blocks.
pub(crate) fn run<C: Calls>(c: &C, seed: u64, operations: usize) {
    let mut random = Random(seed);
    let mut blocks: Vec<Block> = Vec::new();
    // Starts and lengths of the live blocks.
    let mut live: BTreeMap<usize, usize> = BTreeMap::new();
    for operation in 0..operations {
        let seed = operation as u8;
        let size = random_size(&mut random);
        let start = match random.below(10) {
            0 | 1 => assert_served(16, || c.malloc(size)),
            2 => {
                let count = random.below(9);
                let block = assert_served(16, || c.calloc(count, size));
                unsafe { check_zero(block, count * size) };
                block
            }
            3 => {
                let align = 1 << random.below(14);
                assert_served(align.max(16), || c.aligned_alloc(align, size))
            }
            4..=6 if !blocks.is_empty() => {
                let at = random.below(blocks.len());
                let old = blocks.swap_remove(at);
                live.remove(&old.start.addr());
                unsafe { check_contents(old.start, old.length, old.seed) };
                let size = size.max(1);
                let block = assert_served(16, || unsafe { c.realloc(old.start, size) });
                unsafe { check_contents(block, old.length.min(size), old.seed) };
                block
            }
            _ if !blocks.is_empty() => {
                let at = random.below(blocks.len());
                let old = blocks.swap_remove(at);
                live.remove(&old.start.addr());
                unsafe { check_contents(old.start, old.length, old.seed) };
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
        unsafe { check_contents(start, length, seed) };
        unsafe { c.free(start) };
    }
}
