//! The default lives as long as the process; what it borrows must, too.
use janus_alloc::{AsAllocatorRef, AsGlobal, System};

fn main() {
    let system = System;
    let _ = AsGlobal::new(AsAllocatorRef::new(&system));
}
