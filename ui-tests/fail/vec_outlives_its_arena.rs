//! An arena of bumpalo cannot be reset while a vector borrows it, either.
use janus_alloc::collections::Vec;

fn main() {
    let mut arena = bumpalo::Bump::new();
    let mut numbers = Vec::new_in(&arena);
    numbers.push(1);
    arena.reset();
    assert_eq!(numbers.len(), 1);
}
