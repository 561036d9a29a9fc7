//! Pools: allocators that reuse blocks by size class.

#[cfg(feature = "alloc")]
mod block_pool;
#[cfg(feature = "alloc")]
mod chunks;
#[cfg(feature = "alloc")]
mod free_list;
#[cfg(feature = "alloc")]
mod one_thread;
#[cfg(feature = "alloc")]
mod pool;
#[cfg(feature = "alloc")]
mod region;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
mod shared;
#[cfg(any(feature = "alloc", all(os_memory, target_has_atomic = "ptr")))]
mod size_class;

#[cfg(feature = "alloc")]
pub use block_pool::BlockPool;
#[cfg(feature = "alloc")]
pub use pool::Pool;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub use shared::{ClassStats, Options, Retain, SharedPool, SharedPoolStats, ThreadStats};
