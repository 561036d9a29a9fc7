//! Behind `dyn` the default could refer to itself.
use janus_alloc::api::GlobalAlloc;
use janus_alloc::{AsAllocatorRef, AsGlobal};

type Erased = dyn GlobalAlloc + Sync;

#[global_allocator]
static DEFAULT: AsGlobal<AsAllocatorRef<'static, Erased>> = AsGlobal::new(AsAllocatorRef::new(&DEFAULT));

fn main() {}
