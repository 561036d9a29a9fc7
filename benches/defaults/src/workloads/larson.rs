//! A server: Larson and Krishnan, "Memory Allocation for Long-Running Server Applications", ISMM 1998.
//!
//! A thread has an array of blocks of random sizes. It replaces random ones for a while, then a new thread goes on with the
//! array, and the old one ends: most blocks are freed by a thread that did not allocate them.

use std::thread;

use fastrand::Rng;

use super::in_threads;
use crate::block::Block;

const BLOCKS: usize = 5_000;
const LEAST: usize = 8;
const MOST: usize = 1_000;
const THREADS_IN_TURN: usize = 32;
const STEPS: usize = 100_000;

/// So many threads at a time.
pub(super) fn run(threads: u64) -> u64 {
    in_threads(threads, |number| {
        let mut random = Rng::with_seed(number);
        let blocks = (0..BLOCKS).map(|_| Block::random(&mut random, LEAST, MOST)).collect();
        let mut session = Session { random, blocks, served: 0 };
        for _ in 0..THREADS_IN_TURN {
            session = thread::spawn(|| session.serve()).join().expect("a thread has found an error");
        }
        session.served
    })
}

/// What one thread hands to the next.
struct Session {
    random: Rng,
    blocks: Vec<Block>,
    served: u64,
}

impl Session {
    fn serve(mut self) -> Self {
        for _ in 0..STEPS {
            let index = self.random.usize(..BLOCKS);
            let block = Block::random(&mut self.random, LEAST, MOST);
            self.served += block.size() as u64;
            self.blocks[index] = block;
        }
        self
    }
}
