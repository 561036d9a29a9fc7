//! Dropping a frozen collection uses its allocator, so the collection must not move to another thread.
use janus_alloc::Arena;
use janus_alloc::collections::{Frozen, Vec};

fn main() {
    let arena = Arena::new();
    let numbers = Frozen::new(Vec::<u32, _>::new_in(&arena));
    std::thread::scope(|threads| {
        threads.spawn(move || drop(numbers));
    });
}
