//! A pool as the `malloc` of whatever this library is preloaded to.
#![cfg(all(feature = "exported", target_os = "linux"))]

use janus_alloc::{SharedPool, export_malloc};

static POOL: SharedPool = SharedPool::new();
export_malloc!(POOL);
