//! Random sizes across threads: the benchmark that Mattias Jansson published with rpmalloc, as described there.
//!
//! Each thread has an array of blocks, and replaces them. The larger a size, the rarer it is. After every second loop, the blocks of the
//! array pass to the other thread.

use fastrand::Rng;

use super::exchange::Inbox;
use super::in_threads;
use crate::block::Block;

const THREADS: usize = 2;
const LOOPS: usize = 500;
const BLOCKS: usize = 1_000;
const REPLACED: usize = 4_000;
const LEAST: usize = 16;
const MOST: usize = 8_000;

pub(super) fn run() -> u64 {
    let inboxes: [Inbox; THREADS] = Default::default();
    in_threads(THREADS as u64, |number| {
        let index = number as usize;
        let mut random = Rng::with_seed(number);
        let mut blocks = Vec::new();
        let mut sum = 0;
        for round in 0..LOOPS {
            blocks.resize_with(BLOCKS, || Block::new(size(&mut random)));
            for _ in 0..REPLACED {
                let block = Block::new(size(&mut random));
                sum += block.size() as u64;
                blocks[random.usize(..BLOCKS)] = block;
            }
            if round % 2 == 1 {
                inboxes[(index + 1) % THREADS].leave(std::mem::take(&mut blocks));
            }
            inboxes[index].free();
        }
        sum
    })
}

/// Returns a random size, whose probability falls linearly with it.
fn size(random: &mut Rng) -> usize {
    let range = LEAST..=MOST;
    random.usize(range.clone()).min(random.usize(range))
}
