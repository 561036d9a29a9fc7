//! An arena that nothing borrows can move to another thread with its chunks. A `SyncArena` can be shared.
use std::thread;

use janus_alloc::collections::Vec;
use janus_alloc::{Arena, AsGlobal, FixedArena, StaticArena, SyncArena, System};

#[global_allocator]
static DEFAULT: AsGlobal<SyncArena<System>> = AsGlobal::new(SyncArena::new_in(System));
static HEAP: StaticArena<1000> = StaticArena::new();

fn main() {
    let arena = Arena::new();
    arena.alloc(1);
    let arena = thread::spawn(move || {
        arena.alloc(2);
        arena
    })
    .join()
    .unwrap();
    assert_eq!(arena.allocated_bytes(), 16);

    let mut bytes = [std::mem::MaybeUninit::uninit(); 100];
    let fixed = FixedArena::new(&mut bytes);
    let shared = SyncArena::new();
    thread::scope(|threads| {
        threads.spawn(|| Vec::new_in(&shared).push(1));
        threads.spawn(|| Vec::new_in(&shared).push(2));
        threads.spawn(|| Vec::new_in(&HEAP).push(3));
        threads.spawn(move || Vec::new_in(&fixed).push(4));
    });
    // A collection that owns a shared arena can move to another thread.
    let numbers: Vec<u64, SyncArena> = Vec::new_in(SyncArena::new());
    thread::spawn(move || drop(numbers)).join().unwrap();
}
