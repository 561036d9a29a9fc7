//! Arenas do what their docs say.
#![cfg(feature = "std")]

mod checkpoints;
mod chunks;
mod each_failure;
mod failures;
mod fixed;
mod inspection;
mod last_block;
mod live;
mod neighbours;
mod parents;
mod parents_of_all_kinds;
mod resets;
mod rounds;
mod scopes;
mod slices;
mod soak;
mod static_arena;
mod sync_arena;
mod values;

use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::{Arena, Stats, System};

/// An arena whose parent counts.
type Counted<const MIN_ALIGN: usize = 8> = Arena<Stats<System>, MIN_ALIGN>;

fn counted() -> Counted {
    Arena::new_in(Stats::new(System))
}

/// The chunks that the parent of `arena` has given out and not got back.
#[track_caller]
fn live_chunks<const MIN_ALIGN: usize>(arena: &Counted<MIN_ALIGN>) -> u64 {
    arena.parent().snapshot().live_blocks()
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// A block of `size` bytes aligned to 8.
#[track_caller]
fn block(allocator: &impl Allocator, size: usize) -> NonNull<u8> {
    allocator.allocate(layout(size, 8)).unwrap().cast()
}

fn address(block: NonNull<u8>) -> usize {
    block.addr().get()
}

/// The bytes of a live block.
fn bytes<'a>(block: NonNull<u8>, length: usize) -> &'a [u8] {
    // SAFETY: callers pass live blocks that are so long and written, and use the slice before the block goes.
    unsafe { NonNull::slice_from_raw_parts(block, length).as_ref() }
}

/// Whether all of `bytes` are `byte`: in one comparison, since that is what tests without optimisation spend their time in.
fn all(bytes: &[u8], byte: u8) -> bool {
    bytes.first().is_none_or(|&first| first == byte)
        && bytes.get(1..).unwrap_or(&[]) == &bytes[..bytes.len().max(1) - 1]
}

fn fill(block: NonNull<u8>, byte: u8, length: usize) {
    // SAFETY: callers pass live blocks that are so long.
    unsafe { block.write_bytes(byte, length) };
}

/// With parents that count: what an arena took goes back, all of it, when it is dropped.
#[track_caller]
fn gives_everything_back<R, const MIN_ALIGN: usize>(
    work: impl FnOnce(&mut Arena<&Stats<System>, MIN_ALIGN>) -> R,
) -> R {
    let parent = Stats::new(System);
    let mut arena = Arena::with_min_align_in(&parent);
    let result = work(&mut arena);
    drop(arena);
    let after = parent.snapshot();
    assert!(after.allocations > 0, "no chunk was used");
    assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
    result
}
