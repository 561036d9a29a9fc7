//! The default must not be built on the default, with a pool between neither.
use janus_alloc::{AsGlobal, Global, SharedPool};

#[global_allocator]
static DEFAULT: AsGlobal<SharedPool<Global>> = AsGlobal::new(SharedPool::new_in(Global));

fn main() {}
