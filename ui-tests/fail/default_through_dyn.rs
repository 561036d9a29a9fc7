//! A `dyn GlobalAlloc` is rejected, because it could refer to the default itself.
use janus_alloc::api::GlobalAlloc;
use janus_alloc::{AsAllocatorRef, AsGlobal};

type Erased = dyn GlobalAlloc + Sync;

#[global_allocator]
static DEFAULT: AsGlobal<AsAllocatorRef<'static, Erased>> = AsGlobal::new(AsAllocatorRef::new(&DEFAULT));

fn main() {}
