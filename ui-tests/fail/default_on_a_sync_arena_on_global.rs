//! The default must not be built on itself, even with an arena in between.
use janus_alloc::{AsGlobal, Global, SyncArena};

#[global_allocator]
static DEFAULT: AsGlobal<SyncArena<Global>> = AsGlobal::new(SyncArena::new_in(Global));

fn main() {}
