//! A pool that nothing borrows can move to another thread, also inside a collection that owns it.
use std::thread;

use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Arena, BlockPool, Pool, System};

fn main() {
    let pool = Pool::new();
    drop(Box::new_in(1, &pool));
    let pool = thread::spawn(move || {
        drop(Box::new_in(2, &pool));
        pool
    })
    .join()
    .unwrap();
    assert_eq!(pool.live_bytes(), 0);

    let mut numbers = Vec::new_in(Pool::new_in(System));
    numbers.push(1);
    let node = Box::new_in(2, BlockPool::for_type::<i32>());
    thread::spawn(move || assert_eq!(numbers[0] + *node, 3)).join().unwrap();

    // A pool over an arena, with nested collections in it.
    let arena = Arena::new();
    let pool = Pool::new_in(&arena);
    let mut rows = Vec::new_in(&pool);
    rows.push(Vec::new_in(&pool));
    rows[0].push(1);
}
