//! A pool is of as many threads as its parent.
use janus_alloc::{Arena, SharedPool};

fn main() {
    let arena = Arena::new();
    let pool = SharedPool::new_in(&arena);
    std::thread::scope(|scope| {
        scope.spawn(|| drop(janus_alloc::collections::Box::new_in(1, &pool)));
    });
}
