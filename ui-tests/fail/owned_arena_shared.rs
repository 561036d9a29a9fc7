//! Whoever has a reference to the vector has one to its arena, which serves one thread.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let mut numbers = Vec::new_in(Arena::new());
    numbers.push(1);
    std::thread::scope(|threads| {
        threads.spawn(|| assert_eq!(numbers.len(), 1));
    });
}
