//! The work of an arena's lists, measured in header visits: the work for a block must not depend on the number of chunks.

use std::format;

use super::visits;
use super::{Arena, Scope};
use crate::api::Global;

/// The size of blocks that get chunks of their own.
const LARGE: usize = 17 << 10;

/// Asserts that the visits for eight times as many blocks are about eight times as many. (If all sizes differ, each doubling of the
/// number of blocks may add a few visits for each.)
fn assert_linear(visits: impl Fn(usize) -> usize) {
    let (few, many) = (visits(100), visits(800));
    assert!(few <= 100 * 50, "{few} visits for 100");
    assert!(many <= 8 * few * 3 / 2, "{few} visits for 100, {many} for 800");
}

fn allocate(scope: &Scope<'_>, size: impl Fn(usize) -> usize, count: usize) {
    (0..count).for_each(|n| _ = scope.alloc_slice_uninit::<u8>(size(n)));
}

#[test]
fn large_blocks_in_later_scopes() {
    for size in [(|_| LARGE) as fn(usize) -> usize, |n| LARGE + 1024 * (n % 10), |n| LARGE + 16 * n] {
        assert_linear(|count| {
            let arena = Arena::new();
            arena.scope(|scope| allocate(scope, size, count));
            let (visits, ()) = visits::of(|| arena.scope(|scope| allocate(scope, size, count)));
            assert!(arena.chunks().count() >= count);
            visits
        });
    }
}

#[test]
fn smaller_blocks_in_chunks_of_large_ones() {
    assert_linear(|count| {
        let arena = Arena::new();
        arena.scope(|scope| allocate(scope, |_| LARGE, count));
        visits::of(|| arena.scope(|scope| allocate(scope, |_| 9000, count))).0
    });
}

#[test]
fn large_blocks_after_a_checkpoint_and_a_reset() {
    assert_linear(|count| {
        let mut arena = Arena::new();
        let fill = |arena: &Arena| (0..count).for_each(|_| _ = arena.alloc_slice_uninit::<u8>(LARGE));
        let (visits, ()) = visits::of(|| {
            let checkpoint = arena.checkpoint();
            fill(&arena);
            // SAFETY: the checkpoint is this arena's; no block allocated since is used again; no scope is running.
            unsafe { arena.rewind(checkpoint) };
            fill(&arena);
            arena.reset_keep_all();
            fill(&arena);
            arena.reset_keep_at_most(usize::MAX);
            fill(&arena);
            arena.reset_keep_at_most(count * LARGE / 2);
            fill(&arena);
            arena.reset();
        });
        // The arena was filled five times.
        visits / 5
    });
}

#[test]
fn inspection() {
    fn filled(count: usize) -> Arena<Global> {
        let arena = Arena::new();
        arena.scope(|scope| allocate(scope, |n| LARGE + 16 * n, count / 2));
        (0..count / 2).for_each(|_| _ = arena.alloc_slice_uninit::<u8>(1 << 20));
        arena
    }
    assert_linear(|count| {
        let arena = filled(count);
        let (visits, seen) = visits::of(|| arena.chunks().count());
        assert!(seen >= count);
        visits
    });
    assert_linear(|count| {
        let arena = filled(count);
        visits::of(|| format!("{arena:?}")).0
    });
    assert_linear(|count| {
        let arena = filled(count);
        visits::of(|| arena.owns(core::ptr::NonNull::dangling())).0
    });
}
