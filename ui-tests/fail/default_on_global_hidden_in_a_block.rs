//! The default must not be built on itself, however deeply `Global` is nested.
use janus_alloc::{AsGlobal, Global, Stats};

#[global_allocator]
static DEFAULT: AsGlobal<Stats<Global>> = AsGlobal::new(Stats::new(Global));

fn main() {}
