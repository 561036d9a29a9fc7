//! An owned arena is not a `StaticAllocator`, because dropping it frees its memory.
use janus_alloc::Arena;
use janus_alloc::collections::Box;

fn main() {
    let _ = Box::pin_in(1, Arena::new());
}
