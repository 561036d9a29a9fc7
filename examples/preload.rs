//! A pool as the `malloc` of programs that exist already.
//!
//! ```text
//! cargo build --release --example preload
//! LD_PRELOAD=target/release/examples/libpreload.so python3 -c 'print("from a pool")'
//! ```
//!
//! Linux only: elsewhere the library is empty.
#![cfg(target_os = "linux")]

use janus_alloc::{SharedPool, export_malloc};

static POOL: SharedPool = SharedPool::new();

export_malloc!(POOL);
