//! Threads that start, end and exchange blocks: the stress test of mimalloc (Leijen), as described with the `mstress` of mimalloc-bench.
//!
//! Each thread allocates blocks, most of them small, frees some, and exchanges some with a table that all threads share. All threads end
//! and new ones start, many times. The table stays.

use std::sync::Mutex;

use fastrand::Rng;

use super::in_threads;
use crate::block::Block;

const GENERATIONS: u64 = 60;
const STEPS: usize = 60_000;
const SLOTS: usize = 1_000;
/// The number of generations after which the table is emptied.
const GENERATIONS_PER_TABLE: u64 = 10;

type Table = [Mutex<Option<Block>>];

/// Runs `threads` threads at a time.
pub(super) fn run(threads: u64) -> u64 {
    let table: Vec<_> = (0..SLOTS).map(|_| Mutex::new(None)).collect();
    let mut sum = 0;
    for generation in 0..GENERATIONS {
        sum += in_threads(threads, |number| run_thread(generation << 8 | number, &table));
        if generation % GENERATIONS_PER_TABLE == GENERATIONS_PER_TABLE - 1 {
            table.iter().for_each(|slot| drop(exchange(slot, None)));
        }
    }
    sum
}

/// Does the work of one thread, and returns its checksum.
fn run_thread(seed: u64, table: &Table) -> u64 {
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
    std::mem::replace(&mut slot.lock().expect("a thread panicked"), block)
}

/// Returns a random size: 8 to 512 bytes, or up to 32 times that, once in a hundred.
fn size(random: &mut Rng) -> usize {
    let size = 8 << random.u8(..6);
    let size = size + random.usize(..size);
    if random.u8(..100) == 0 { size << random.u8(..6) } else { size }
}
