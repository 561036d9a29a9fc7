//! A `Pool` serves one thread at a time, so a vector that borrows it stays in that thread.
use std::thread;

use janus_alloc::Pool;
use janus_alloc::collections::Vec;

fn main() {
    let pool = Pool::new();
    let mut numbers: Vec<u64, &Pool> = Vec::new_in(&pool);
    thread::scope(|scope| {
        scope.spawn(move || numbers.push(1));
    });
}
