//! A `GlobalAlloc` with a size may keep its memory inside itself, and may not be moved.
use janus_alloc::{AsAllocator, AsGlobal, Stats, System};

fn main() {
    let _ = AsAllocator::new(AsGlobal::new(Stats::new(System)));
}
