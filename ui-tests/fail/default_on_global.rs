//! The default must not be built on itself.
use janus_alloc::{AsGlobal, Global};

#[global_allocator]
static DEFAULT: AsGlobal<Global> = AsGlobal::new(Global);

fn main() {}
