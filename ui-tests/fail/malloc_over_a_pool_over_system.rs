//! Nor must what it takes its memory from.
use janus_alloc::{SharedPool, System, export_malloc};

static POOL: SharedPool<System> = SharedPool::new_in(System);
export_malloc!(POOL);

fn main() {}
