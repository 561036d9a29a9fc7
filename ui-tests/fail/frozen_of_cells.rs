//! Threads may share a frozen collection, so its elements must be `Sync`.
use janus_alloc::Arena;
use janus_alloc::collections::{Frozen, Vec};
use std::cell::Cell;

fn main() {
    let arena = Arena::new();
    let _ = Frozen::new(Vec::<Cell<u32>, _>::new_in(&arena));
}
