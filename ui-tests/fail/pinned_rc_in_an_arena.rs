//! Pinned memory must not go with its allocator, whoever counts.
use janus_alloc::Arena;
use janus_alloc::collections::{Arc, Rc};

fn main() {
    let arena = Arena::new();
    let _ = Rc::pin_in(1, &arena);
    let _ = Arc::pin_in(1, &arena);
}
