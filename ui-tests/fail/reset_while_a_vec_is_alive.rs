//! An arena cannot be reset while a vector borrows it, because a reset frees all blocks.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let mut arena = Arena::new();
    let mut numbers = Vec::new_in(&arena);
    numbers.push(1);
    arena.reset();
    assert_eq!(numbers.len(), 1);
}
