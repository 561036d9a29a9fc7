//! A `GlobalAlloc` that is not zero-sized may keep memory inside itself, so it must not be wrapped by value.
use janus_alloc::{AsAllocator, AsGlobal, Stats, System};

fn main() {
    let _ = AsAllocator::new(AsGlobal::new(Stats::new(System)));
}
