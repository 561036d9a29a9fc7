//! A reset frees every block, so none may be in use.
use janus_alloc::TaskArena;
use janus_alloc::collections::Vec;

fn main() {
    let mut arena = TaskArena::new();
    let mut numbers = Vec::new_in(&arena);
    numbers.push(1);
    arena.reset();
    numbers.push(2);
}
