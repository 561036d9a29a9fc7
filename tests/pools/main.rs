//! Tests of `Pool` and `BlockPool` against their documentation.
#![cfg(feature = "std")]

mod block_pool;
mod chunks;
#[path = "../arenas/each_failure.rs"]
mod each_failure;
#[path = "../arenas/each_parent.rs"]
mod each_parent;
mod failures;
#[allow(dead_code, reason = "other test binaries use more of it")]
mod hooked;
mod large;
#[path = "../arenas/live.rs"]
mod live;
mod moves;
#[path = "../arenas/parents.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod parents;
mod parents_of_all_kinds;
mod pool;
#[path = "../arenas/random.rs"]
mod random;
#[path = "../arenas/raw.rs"]
mod raw;
mod reentry;

use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::{Pool, Stats, System};
use raw::{address, all_equal, bytes, fill, layout};

/// A pool whose parent counts calls and bytes.
type Counted = Pool<Stats<System>>;

fn counted() -> Counted {
    Pool::new_in(Stats::new(System))
}

/// Allocates a block of `layout`.
#[track_caller]
fn block(allocator: &impl Allocator, layout: Layout) -> NonNull<u8> {
    let block = allocator.allocate(layout).unwrap();
    assert_eq!(block.len(), layout.size());
    assert_eq!(address(block.cast()) % layout.align(), 0);
    block.cast()
}

/// Frees a live block.
fn free(allocator: &impl Allocator, block: NonNull<u8>, layout: Layout) {
    // SAFETY: callers pass a live block of this allocator with that layout, and do not use it again.
    unsafe { allocator.deallocate(block, layout) };
}

/// Grows or shrinks a live block.
#[track_caller]
fn resize(allocator: &impl Allocator, block: NonNull<u8>, old: Layout, new: Layout) -> NonNull<u8> {
    let resized = if new.size() >= old.size() {
        // SAFETY: callers pass a live block of this allocator with the layout `old`; the new size is not smaller.
        unsafe { allocator.grow(block, old, new) }
    } else {
        // SAFETY: as above; the new size is smaller.
        unsafe { allocator.shrink(block, old, new) }
    };
    let resized = resized.unwrap();
    assert_eq!(resized.len(), new.size());
    assert_eq!(address(resized.cast()) % new.align(), 0);
    resized.cast()
}

/// Returns the number of blocks and bytes that `pool` holds, as counted by its parent.
#[track_caller]
fn held_in_parent(pool: &Counted) -> (u64, usize) {
    let snapshot = pool.parent().snapshot();
    (snapshot.live_blocks(), snapshot.live_bytes as usize)
}
