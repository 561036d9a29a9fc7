//! A lock makes a `Pool` fit for several threads. It does not make one on `Global` fit for the default.
use janus_alloc::{AsGlobal, Locked, Pool};

#[global_allocator]
static DEFAULT: AsGlobal<Locked<Pool>> = AsGlobal::new(Locked::new(Pool::new()));

fn main() {}
