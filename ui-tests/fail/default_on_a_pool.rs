//! A `Pool` serves one thread, but the default serves all.
use janus_alloc::{AsGlobal, Pool, System};

#[global_allocator]
static DEFAULT: AsGlobal<Pool<System>> = AsGlobal::new(Pool::new_in(System));

fn main() {}
