//! Pools: allocators that reuse freed blocks by size class, and free all blocks when they are dropped.
//!
//! | you have | take | memory from |
//! | --- | --- | --- |
//! | values of many sizes that come and go, in several threads; or a whole program | [`SharedPool`] | a parent, in chunks of 2 MiB |
//! | the same, in one thread | [`Pool`] | a parent, in chunks that double |
//! | nodes of one layout, in one thread | [`BlockPool`] | a parent, in chunks that double |
//! | values that all end together | an arena: see [`arenas`](crate::arenas) | |
//!
//! | | collections take | `#[global_allocator]` | threads | a free block |
//! | --- | --- | --- | --- | --- |
//! | [`SharedPool`] | `&pool`, or the pool | `AsGlobal<SharedPool>` | all at once: a cache for each thread, locks behind the caches | returns to the parent after a time without use, or by [`collect`](SharedPool::collect) |
//! | [`Pool`] | `&pool`, or the pool | no | one at a time, neither an atomic nor a lock | stays for the next request of its size, until the pool is dropped; above 32 KiB it returns to the parent at once |
//! | [`BlockPool`] | `&pool`, or the pool: single nodes only | no | one at a time, neither an atomic nor a lock | stays for the next request, until the pool is dropped |
//!
//! ```
//! use janus_alloc::collections::{Box, HashMap, Vec};
//! use janus_alloc::{Arena, BlockPool, Pool, SharedPool};
//!
//! // For several threads.
//! let shared = SharedPool::new();
//! std::thread::scope(|threads| {
//!     threads.spawn(|| Vec::new_in(&shared).push(1));
//!     threads.spawn(|| Vec::new_in(&shared).push(2));
//! });
//!
//! // For one thread. The pool reuses freed blocks, also over an arena, which by itself would not.
//! let arena = Arena::new();
//! let pool = Pool::new_in(&arena);
//! let mut counts = HashMap::new_in(&pool);
//! "to be or not to be".split(' ').for_each(|word| *counts.entry(word).or_insert(0) += 1);
//! assert_eq!(counts["be"], 2);
//!
//! // For nodes.
//! let nodes = BlockPool::for_type::<[u64; 4]>();
//! let first = Box::new_in([1_u64; 4], &nodes);
//! let address = first.as_ptr();
//! drop(first);
//! assert_eq!(Box::new_in([2_u64; 4], &nodes).as_ptr(), address);
//! ```
//!
//! The chapter `docs/04-pools.md` of the repository shows the way of a block in pictures, and the usual mistakes;
//! `docs/05-choosing-a-default.md` is about the allocator of a whole program.

#[cfg(feature = "alloc")]
mod block;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub(crate) mod shared;
#[cfg(feature = "alloc")]
mod single;
#[cfg(any(feature = "alloc", all(os_memory, target_has_atomic = "ptr")))]
mod size_class;

#[cfg(feature = "alloc")]
pub use block::BlockPool;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub use shared::{ClassStats, Options, Purged, Retain, SharedPool, SharedPoolStats, ThreadStats};
#[cfg(feature = "alloc")]
pub use single::Pool;
