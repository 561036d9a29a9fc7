//! As for `Box`, an `Rc` or `Arc` must not be pinned in memory that may be freed before its value is dropped.
use janus_alloc::Arena;
use janus_alloc::collections::{Arc, Rc};

fn main() {
    let arena = Arena::new();
    let _ = Rc::pin_in(1, &arena);
    let _ = Arc::pin_in(1, &arena);
}
