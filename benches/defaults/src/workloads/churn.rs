//! Threads that end after a few allocations, as those of a program that starts one for each task.

use std::thread;

use fastrand::Rng;

use super::in_threads;
use crate::block::Block;

const AT_A_TIME: u64 = 2;
const THREADS: u64 = 3_000;
const BLOCKS: usize = 100;
const LEAST: usize = 16;
const MOST: usize = 512;

pub(super) fn run() -> u64 {
    in_threads(AT_A_TIME, |number| {
        let task = |seed| {
            let mut random = Rng::with_seed(seed);
            let blocks: Vec<Block> = (0..BLOCKS).map(|_| Block::random(&mut random, LEAST, MOST)).collect();
            blocks.iter().map(|block| block.size() as u64).sum::<u64>()
        };
        let start = |seed| thread::spawn(move || task(seed)).join().expect("a thread panicked");
        (0..THREADS).map(|thread| start(number << 32 | thread)).sum()
    })
}
