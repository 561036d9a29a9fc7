//! A pool is for one thread, the default for all.
use janus_alloc::{AsGlobal, Pool, System};

#[global_allocator]
static DEFAULT: AsGlobal<Pool<System>> = AsGlobal::new(Pool::new_in(System));

fn main() {}
