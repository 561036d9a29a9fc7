//! Resetting a `SyncArena` consumes it, which is impossible while a vector borrows it.
use janus_alloc::SyncArena;
use janus_alloc::collections::Vec;

fn main() {
    let arena = SyncArena::new();
    let mut numbers = Vec::new_in(&arena);
    numbers.push(1);
    let arena = arena.reset();
    assert_eq!(numbers.len(), arena.capacity_bytes());
}
