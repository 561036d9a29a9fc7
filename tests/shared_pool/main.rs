//! `SharedPool` does what its docs say. As the default of a process: `tests/shared_pool_default.rs`.
//!
//! In a debug build a pool is checked by default, and then no thread has a cache: tests say which they mean, as a rule both.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

mod blocks;
mod children;
mod classes;
mod failures;
mod figures;
#[cfg(unix)]
mod fork;
#[cfg(unix)]
mod generations;
mod giving_back;
mod hand_over;
#[path = "../pools/hooked.rs"]
mod hooked;
mod many_pools;
#[cfg(unix)]
mod misuse;
mod options;
#[path = "../arenas/parents.rs"]
mod parents;
mod purging;
#[path = "../arenas/raw.rs"]
#[allow(dead_code, reason = "more than this needs")]
mod raw;
mod reentry;
mod reuse;
mod roomy;
mod soak;
mod zeroing;

use std::ptr::NonNull;

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::{SharedPool, Stats, System};
use raw::layout;

/// The size of a chunk, and of a slice of one, as the docs have them.
const CHUNK: usize = 2 << 20;
/// No thread's cache has more bytes, most of which it never touches.
const CACHE: usize = 500 << 10;
const SLICE: usize = 16 << 10;
/// Above this a block is one of the parent's.
const LARGE: usize = 512 << 10;

const RETAINS: [Retain; 5] =
    [Retain::Nothing, Retain::Bounded(1 << 20), Retain::Bounded(128 << 20), Retain::Recent, Retain::Everything];

/// With caches, in debug builds too.
const UNCHECKED: Options = Options::new().checked(false);
const CHECKED: Options = Options::new().checked(true);

type Counted = SharedPool<Stats<System>>;

fn counted(options: Options) -> Counted {
    SharedPool::with_options_in(options, Stats::new(System))
}

/// How many blocks of its parent a pool has.
#[track_caller]
fn parents_blocks(pool: &Counted) -> u64 {
    pool.parent().snapshot().live_blocks()
}

/// That everything has come back to `parent`, whose pool is gone.
#[track_caller]
fn assert_everything_is_back(parent: &Stats<System>) {
    let after = parent.snapshot();
    assert!(after.allocations > 0, "the parent was not asked");
    assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
}

/// A block of `size` bytes aligned to 8.
#[track_caller]
fn block(pool: &impl Allocator, size: usize) -> NonNull<u8> {
    pool.allocate(layout(size, 8)).unwrap().cast()
}

/// Frees a [`block`] of `size` bytes.
fn free(pool: &impl Allocator, block: NonNull<u8>, size: usize) {
    // SAFETY: callers pass live blocks of that size, and do not use them again.
    unsafe { pool.deallocate(block, layout(size, 8)) };
}
