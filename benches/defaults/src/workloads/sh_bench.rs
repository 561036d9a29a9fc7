//! Frees mostly last in first out: `sh6bench` and `sh8bench`, which MicroQuill published for SmartHeap, as described by Leijen, Zorn and
//! de Moura in "Mimalloc: Free List Sharding in Action", APLAS 2019.
//!
//! Groups of small blocks are allocated, the smallest sizes most often. Most blocks of a group are freed at once, the last one first. The
//! others stay for a while, and are freed in the order of their allocation. In `sh8bench`, another thread frees them.

use std::collections::VecDeque;

use fastrand::Rng;

use super::exchange::Inbox;
use super::in_threads;
use crate::block::Block;

const GROUPS: usize = 1_500;
const GROUP: usize = 4_000;
const LASTING: usize = GROUP / 4;
const LASTING_GROUPS: usize = 16;
const LEAST: usize = 8;
const MOST: usize = 1_000;
const THREADS: usize = 2;

/// Runs `sh6bench`, in one thread.
pub(super) fn alone() -> u64 {
    work(0, drop)
}

/// Runs `sh8bench`, in two threads.
pub(super) fn exchanging() -> u64 {
    let inboxes: [Inbox; THREADS] = Default::default();
    in_threads(THREADS as u64, |number| {
        let index = number as usize;
        work(number, |group| {
            inboxes[(index + 1) % THREADS].leave(group);
            inboxes[index].free();
        })
    })
}

/// Does the work of one thread, and returns its checksum. `release` takes the blocks that have lasted long enough.
fn work(seed: u64, release: impl Fn(Vec<Block>)) -> u64 {
    let mut random = Rng::with_seed(seed);
    let mut lasting = VecDeque::new();
    let mut sum = 0;
    for _ in 0..GROUPS {
        let mut group: Vec<Block> = (0..GROUP).map(|_| Block::new(size(&mut random))).collect();
        sum += group.iter().map(|block| block.size() as u64).sum::<u64>();
        while group.len() > LASTING {
            group.pop();
        }
        lasting.push_back(group);
        if lasting.len() > LASTING_GROUPS {
            lasting.pop_front().into_iter().for_each(&release);
        }
    }
    sum
}

/// Returns a random size. Half of all sizes are less than an eighth of the largest.
fn size(random: &mut Rng) -> usize {
    let part = random.f64();
    LEAST + (part * part * part * (MOST - LEAST) as f64) as usize
}
