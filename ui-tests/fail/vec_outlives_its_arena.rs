//! No block of an arena is alive when it is reset.
use janus_alloc::collections::Vec;

fn main() {
    let mut arena = bumpalo::Bump::new();
    let mut numbers = Vec::new_in(&arena);
    numbers.push(1);
    arena.reset();
    assert_eq!(numbers.len(), 1);
}
