//! A vector that owns its arena lends it shared, and a reset needs it alone.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let mut numbers = Vec::new_in(Arena::new());
    numbers.push(1);
    numbers.allocator().reset();
    assert_eq!(numbers.len(), 1);
}
