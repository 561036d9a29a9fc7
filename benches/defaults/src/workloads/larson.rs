//! A server, after Larson and Krishnan, "Memory Allocation for Long-Running Server Applications", ISMM 1998.
//!
//! A thread has an array of blocks of random sizes, and replaces random ones for a while. Then it ends, and a new thread continues with the
//! array. So most blocks are freed by another thread than the one that allocated them.

use std::thread;

use fastrand::Rng;

use super::in_threads;
use crate::block::Block;

const BLOCKS: usize = 5_000;
const LEAST: usize = 8;
const MOST: usize = 1_000;
const THREADS_IN_TURN: usize = 32;
const STEPS: usize = 100_000;

/// Runs `threads` threads at a time.
pub(super) fn run(threads: u64) -> u64 {
    in_threads(threads, |number| {
        let mut random = Rng::with_seed(number);
        let blocks = (0..BLOCKS).map(|_| Block::random(&mut random, LEAST, MOST)).collect();
        let mut session = Session { random, blocks, served: 0 };
        for _ in 0..THREADS_IN_TURN {
            session = thread::spawn(|| session.serve()).join().expect("a thread panicked");
        }
        session.served
    })
}

/// The state that one thread passes to the next.
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
