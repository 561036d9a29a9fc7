//! A library with a pool as the `malloc` of programs that preload it.
#![cfg(all(feature = "exported", target_os = "linux"))]

use janus_alloc::{SharedPool, export_malloc};

static POOL: SharedPool = SharedPool::new();
export_malloc!(POOL);
