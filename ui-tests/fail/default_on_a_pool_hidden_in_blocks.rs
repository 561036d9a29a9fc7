//! One part that serves a single thread makes the whole unfit for the default.
use janus_alloc::{AsGlobal, Pages, Pool, Segregate, SharedPool, Stats};

#[global_allocator]
static DEFAULT: AsGlobal<Stats<Segregate<64, Pool<Pages>, SharedPool>>> =
    AsGlobal::new(Stats::new(Segregate::new(Pool::new_in(Pages::new()), SharedPool::new())));

fn main() {}
