//! A vector that owns an arena is not `Sync`, because a reference to the vector gives access to the arena.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let mut numbers = Vec::new_in(Arena::new());
    numbers.push(1);
    std::thread::scope(|threads| {
        threads.spawn(|| assert_eq!(numbers.len(), 1));
    });
}
