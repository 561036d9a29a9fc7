//! Tests of `SharedPool` against its documentation. As the default of a process it is tested in `tests/shared_pool_default.rs`.
//!
//! In a debug build a pool is checked by default, and then no thread has a cache, so tests set the option; most test both.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

mod blocks;
mod children;
mod classes;
mod excess;
mod failures;
mod figures;
#[cfg(unix)]
mod fork;
#[cfg(unix)]
mod generations;
mod hand_over;
#[path = "../pools/hooked.rs"]
mod hooked;
mod many_pools;
#[cfg(unix)]
mod misuse;
mod options;
#[path = "../arenas/parents.rs"]
mod parents;
mod process_memory;
mod purging;
#[path = "../arenas/random.rs"]
mod random;
#[path = "../arenas/raw.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod raw;
mod reentry;
mod retain;
mod reuse;
mod soak;
mod zeroing;

use std::ptr::NonNull;

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::{SharedPool, Stats, System};
use raw::layout;

/// The size of a chunk, as documented.
const CHUNK: usize = 2 << 20;
/// The most bytes that the cache of a thread takes, most of which are never touched.
const CACHE: usize = 500 << 10;
/// The size of a slice of a chunk, as documented.
const SLICE: usize = 16 << 10;
/// The size above which a block comes from the parent.
const LARGE: usize = 512 << 10;

const RETAINS: [Retain; 5] =
    [Retain::Nothing, Retain::Bounded(1 << 20), Retain::Bounded(128 << 20), Retain::Recent, Retain::Everything];

/// Threads have caches, in debug builds too.
const UNCHECKED: Options = Options::new().checked(false);
const CHECKED: Options = Options::new().checked(true);

type Counted = SharedPool<Stats<System>>;

fn counted(options: Options) -> Counted {
    SharedPool::with_options_in(options, Stats::new(System))
}

/// Returns the number of blocks that the pool holds, as counted by its parent.
#[track_caller]
fn blocks_in_parent(pool: &Counted) -> u64 {
    pool.parent().snapshot().live_blocks()
}

/// Asserts that `parent`, whose pool has been dropped, got everything back.
#[track_caller]
fn assert_all_returned(parent: &Stats<System>) {
    let after = parent.snapshot();
    assert!(after.allocations > 0, "the pool requested no memory");
    assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
}

/// Allocates a block of `size` bytes aligned to 8.
#[track_caller]
fn block(pool: &impl Allocator, size: usize) -> NonNull<u8> {
    pool.allocate(layout(size, 8)).unwrap().cast()
}

/// Frees a [`block`] of `size` bytes.
fn free(pool: &impl Allocator, block: NonNull<u8>, size: usize) {
    // SAFETY: callers pass a live block of this pool with that size, and do not use it again. (Tests of misuse do not.)
    unsafe { pool.deallocate(block, layout(size, 8)) };
}
