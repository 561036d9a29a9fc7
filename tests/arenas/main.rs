//! Tests of the arenas against their documentation.
#![cfg(feature = "std")]

mod arena_pool;
mod checkpoints;
#[path = "../shared_pool/children.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod children;
mod chunks;
mod each_failure;
mod each_parent;
// The expected sizes are those of a 64-bit target.
#[cfg(target_pointer_width = "64")]
mod failure_messages;
mod failures;
mod fixed;
mod inspection;
mod last_block;
mod live;
mod neighbours;
mod parents;
mod parents_of_all_kinds;
mod random;
mod raw;
mod resets;
mod rounds;
mod scopes;
mod shared;
mod slices;
mod soak;
mod static_arena;
mod sync_arena;
mod task_arena;
mod values;

use std::ptr::NonNull;

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, Stats, System};
use raw::{address, all_equal, bytes, fill, layout};

/// An arena whose parent counts calls and bytes.
type Counted<const MIN_ALIGN: usize = 8> = Arena<Stats<System>, MIN_ALIGN>;

fn counted() -> Counted {
    Arena::new_in(Stats::new(System))
}

/// Returns the number of chunks that `arena` holds, as counted by its parent.
#[track_caller]
fn live_chunks<const MIN_ALIGN: usize>(arena: &Counted<MIN_ALIGN>) -> u64 {
    arena.parent().snapshot().live_blocks()
}

/// Allocates a block of `size` bytes aligned to 8.
#[track_caller]
fn block(allocator: &impl Allocator, size: usize) -> NonNull<u8> {
    allocator.allocate(layout(size, 8)).unwrap().cast()
}

/// Runs `work` in an arena over a counting parent, then drops the arena and asserts that the parent got everything back.
#[track_caller]
fn assert_all_returned<R, const MIN_ALIGN: usize>(work: impl FnOnce(&mut Arena<&Stats<System>, MIN_ALIGN>) -> R) -> R {
    let parent = Stats::new(System);
    let mut arena = Arena::with_min_align_in(&parent);
    let result = work(&mut arena);
    drop(arena);
    let after = parent.snapshot();
    assert!(after.allocations > 0, "the arena requested no chunk");
    assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
    result
}
