//! Threads that come and go and leave blocks to each other: the stress test of mimalloc (Leijen), as described with the
//! `mstress` of mimalloc-bench.
//!
//! Each thread allocates blocks, most of them small, frees some, and exchanges some with a table that all threads share.
//! All threads end and new ones start, many times; the table stays.

use std::sync::Mutex;

use fastrand::Rng;

use super::in_threads;
use crate::block::Block;

const GENERATIONS: u64 = 60;
const STEPS: usize = 60_000;
const SLOTS: usize = 1_000;
/// After so many generations the table is emptied.
const EMPTIED: u64 = 10;

type Table = [Mutex<Option<Block>>];

/// So many threads at a time.
pub(super) fn run(threads: u64) -> u64 {
    let table: Vec<_> = (0..SLOTS).map(|_| Mutex::new(None)).collect();
    let mut sum = 0;
    for generation in 0..GENERATIONS {
        sum += in_threads(threads, |number| live(generation << 8 | number, &table));
        if generation % EMPTIED == EMPTIED - 1 {
            table.iter().for_each(|slot| drop(exchange(slot, None)));
        }
    }
    sum
}

/// The life of a thread.
fn live(seed: u64, table: &Table) -> u64 {
    let mut random = Rng::with_seed(seed);
    let mut blocks: Vec<Option<Block>> = Vec::new();
    let mut sum = 0;
    for _ in 0..STEPS {
        match random.u8(..4) {
            0 | 1 => {
                let block = Block::new(size(&mut random));
                sum += block.size() as u64;
                blocks.push(Some(block));
            }
            2 if !blocks.is_empty() => {
                let index = random.usize(..blocks.len());
                blocks.swap_remove(index);
            }
            3 if !blocks.is_empty() => {
                let (index, slot) = (random.usize(..blocks.len()), random.usize(..SLOTS));
                blocks[index] = exchange(&table[slot], blocks[index].take());
            }
            _ => {}
        }
    }
    sum
}

fn exchange(slot: &Mutex<Option<Block>>, block: Option<Block>) -> Option<Block> {
    std::mem::replace(&mut slot.lock().expect("a thread has found an error"), block)
}

/// 8 bytes to 512; one in a hundred is up to 32 times that.
fn size(random: &mut Rng) -> usize {
    let size = 8 << random.u8(..6);
    let size = size + random.usize(..size);
    if random.u8(..100) == 0 { size << random.u8(..6) } else { size }
}
