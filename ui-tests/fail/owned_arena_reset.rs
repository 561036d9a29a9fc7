//! A vector lends its own arena by shared reference only, and a reset needs a mutable one.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let mut numbers = Vec::new_in(Arena::new());
    numbers.push(1);
    numbers.allocator().reset();
    assert_eq!(numbers.len(), 1);
}
