//! An allocator exported as `malloc` must not call `malloc` through its parent.
use janus_alloc::{SharedPool, System, export_malloc};

static POOL: SharedPool<System> = SharedPool::new_in(System);
export_malloc!(POOL);

fn main() {}
