//! Large blocks of random sizes, a few of which are live at a time.

use std::hint::black_box;

use fastrand::Rng;

use crate::block::Block;

const LIVE: usize = 8;
const LEAST: usize = 64 << 10;
const MOST: usize = 8 << 20;

/// Writes to each page of the blocks.
pub(super) fn touched() -> u64 {
    blocks(400, Block::touch)
}

/// Writes to the first and the last word of the blocks alone.
pub(super) fn untouched() -> u64 {
    blocks(40_000, |_| {})
}

fn blocks(count: usize, use_block: fn(&mut Block)) -> u64 {
    let mut random = Rng::with_seed(0);
    let mut live: [Option<Block>; LIVE] = Default::default();
    let mut sum = 0;
    for _ in 0..count {
        let mut block = Block::random(&mut random, LEAST, MOST);
        use_block(&mut block);
        sum += block.size() as u64;
        live[random.usize(..LIVE)] = Some(block);
    }
    sum
}

const TABLES: usize = 1_500;
const LARGEST_TABLE: usize = 4 << 20;
const PAGE: usize = 4096;

/// Writes to a quarter of each `vec![0; n]`, after checking that it is zero.
pub(super) fn zeroed() -> u64 {
    let mut random = Rng::with_seed(0);
    let mut live: [Vec<u8>; LIVE] = Default::default();
    let mut sum = 0;
    for _ in 0..TABLES {
        let size = random.usize(LEAST..=LARGEST_TABLE);
        let mut table = black_box(vec![0_u8; size]);
        for byte in table[..size / 4].iter_mut().step_by(PAGE) {
            assert_eq!(*byte, 0, "a zeroed block is not zero");
            *byte = 1;
        }
        sum += size as u64;
        live[random.usize(..LIVE)] = table;
    }
    sum
}
