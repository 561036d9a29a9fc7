//! The default lives as long as the process, so it must not borrow anything shorter-lived.
use janus_alloc::{AsAllocatorRef, AsGlobal, System};

fn main() {
    let system = System;
    let _ = AsGlobal::new(AsAllocatorRef::new(&system));
}
