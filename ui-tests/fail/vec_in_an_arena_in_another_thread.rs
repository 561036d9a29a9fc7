//! An `Arena` serves one thread at a time, so a vector that borrows it stays in that thread.
use std::thread;

use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let arena = Arena::new();
    let mut numbers: Vec<u64, &Arena> = Vec::new_in(&arena);
    thread::scope(|scope| {
        scope.spawn(move || numbers.push(1));
        arena.alloc(2);
    });
}
