//! Producers and consumers, after Lever and Boreham, "malloc() Performance in a Multithreaded Linux Environment", USENIX 2000, and the
//! `xmalloc-test` derived from it.
//!
//! Some threads only allocate, and others only free. Batches of 4096 blocks pass from the ones to the others.

use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use std::thread;

use fastrand::Rng;

use crate::block::Block;

const BATCHES: usize = 1_200;
const BATCH: usize = 4_096;
const MOST_WAITING: usize = 4;
const LEAST: usize = 16;
const MOST: usize = 256;

/// Runs `pairs` producers and as many consumers.
pub(super) fn run(pairs: u64) -> u64 {
    let (sender, receiver) = sync_channel::<Vec<Block>>(MOST_WAITING);
    let receiver = &Mutex::new(receiver);
    thread::scope(|scope| {
        for number in 0..pairs {
            let sender = sender.clone();
            scope.spawn(move || {
                let mut random = Rng::with_seed(number);
                for _ in 0..BATCHES {
                    let batch = (0..BATCH).map(|_| Block::random(&mut random, LEAST, MOST)).collect();
                    sender.send(batch).expect("a consumer panicked");
                }
            });
        }
        drop(sender);
        let consume = || {
            let mut sum = 0;
            loop {
                let batch = receiver.lock().expect("a consumer panicked").recv();
                let Ok(batch) = batch else { return sum };
                sum += batch.into_iter().map(|block| block.size() as u64).sum::<u64>();
            }
        };
        let consumers: Vec<_> = (0..pairs).map(|_| scope.spawn(consume)).collect();
        consumers.into_iter().map(|consumer| consumer.join().expect("a consumer panicked")).sum()
    })
}
