//! Pools: allocators that reuse blocks by size class.

#[cfg(all(os_memory, target_has_atomic = "ptr"))]
mod shared;
#[cfg(any(feature = "alloc", all(os_memory, target_has_atomic = "ptr")))]
mod size_class;

#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub use shared::{ClassStats, Options, Retain, SharedPool, SharedPoolStats, ThreadStats};
