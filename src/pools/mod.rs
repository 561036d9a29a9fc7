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
#[cfg_attr(not(feature = "alloc"), expect(dead_code, reason = "for the pools, which follow"))]
mod size_class;

#[cfg(feature = "alloc")]
pub use block_pool::BlockPool;
#[cfg(feature = "alloc")]
pub use pool::Pool;
