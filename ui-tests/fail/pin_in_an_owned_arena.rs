//! An owned arena is no `StaticAllocator`: its memory goes when it is dropped.
use janus_alloc::Arena;
use janus_alloc::collections::Box;

fn main() {
    let _ = Box::pin_in(1, Arena::new());
}
