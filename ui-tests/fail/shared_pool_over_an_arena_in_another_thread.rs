//! A `SharedPool` can be shared between threads only if its parent can.
use janus_alloc::{Arena, SharedPool};

fn main() {
    let arena = Arena::new();
    let pool = SharedPool::new_in(&arena);
    std::thread::scope(|scope| {
        scope.spawn(|| drop(janus_alloc::collections::Box::new_in(1, &pool)));
    });
}
