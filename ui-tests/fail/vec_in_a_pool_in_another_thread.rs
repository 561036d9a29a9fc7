//! A pool is used by one thread at a time, and what is in it uses it.
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
