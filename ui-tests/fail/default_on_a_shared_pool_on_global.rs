//! The default must not be built on itself, even with a pool in between.
use janus_alloc::{AsGlobal, Global, SharedPool};

#[global_allocator]
static DEFAULT: AsGlobal<SharedPool<Global>> = AsGlobal::new(SharedPool::new_in(Global));

fn main() {}
