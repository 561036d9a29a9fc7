//! However deep it hides.
use janus_alloc::{AsGlobal, Global, Stats};

#[global_allocator]
static DEFAULT: AsGlobal<Stats<Global>> = AsGlobal::new(Stats::new(Global));

fn main() {}
