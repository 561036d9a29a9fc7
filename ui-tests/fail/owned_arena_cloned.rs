//! Cloning a vector clones its allocator, and an arena is not `Clone`.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let mut numbers = Vec::new_in(Arena::new());
    numbers.push(1);
    let _ = numbers.clone();
}
