//! Pools: allocators that reuse freed blocks by size class, and free all blocks when they are dropped.
//!
//! | pool | sizes | threads | memory from | collections take | as the default | a free block |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | [`SharedPool`] | all | all at once: a cache for each thread, locks behind the caches | a parent, in chunks of 2 MiB | `&pool`, or the pool | `AsGlobal<SharedPool>` | goes back to the parent after a time without use, or by [`collect`](SharedPool::collect) |
//! | [`Pool`] | all | one at a time, without atomics and locks | a parent, in chunks that double | `&pool`, or the pool | no | stays for the next request of its size, until the pool is dropped; above 32 KiB it goes back to the parent at once |
//! | [`BlockPool`] | one layout | one at a time, without atomics and locks | a parent, in chunks that double | `&pool`, or the pool: single nodes only | no | stays for the next request, until the pool is dropped |
//!
//! The README of the repository has a table of which allocator to take when. The chapter `docs/04-pools.md` explains how pools work,
//! and common mistakes; `docs/05-choosing-a-default.md` is about the allocator of a whole program.
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
