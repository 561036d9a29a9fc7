//! An arena in an `Rc` cannot be reset while a vector shares it.
use janus_alloc::Arena;
use janus_alloc::collections::{Rc, Vec};

fn main() {
    let arena = Rc::new(Arena::new());
    let mut numbers = Vec::new_in(arena.clone());
    numbers.push(1);
    arena.reset();
    assert_eq!(numbers.len(), 1);
}
