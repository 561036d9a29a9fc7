//! The work that an arena's lists take, counted: what must not depend on how much an arena has.

use std::format;

use super::{Arena, Scope};
use crate::api::Global;
use crate::arenas::visits;

/// Blocks of this size have a chunk of their own.
const LARGE: usize = 17 << 10;

/// Works for few blocks and for eight times as many, and compares the looks at headers: about as many for each block. (Where all
/// sizes differ, some more each time the number of them doubles.)
fn is_linear(looks: impl Fn(usize) -> usize) {
    let (few, many) = (looks(100), looks(800));
    assert!(few <= 100 * 50, "{few} looks for 100");
    assert!(many <= 8 * few * 3 / 2, "{few} looks for 100, {many} for 800");
}

fn allocate(scope: &Scope<'_>, size: impl Fn(usize) -> usize, count: usize) {
    (0..count).for_each(|n| _ = scope.alloc_slice_uninit::<u8>(size(n)));
}

#[test]
fn large_blocks_in_later_scopes() {
    for size in [(|_| LARGE) as fn(usize) -> usize, |n| LARGE + 1024 * (n % 10), |n| LARGE + 16 * n] {
        is_linear(|count| {
            let arena = Arena::new();
            arena.scope(|scope| allocate(scope, size, count));
            let (looks, ()) = visits::of(|| arena.scope(|scope| allocate(scope, size, count)));
            assert!(arena.chunks().count() >= count);
            looks
        });
    }
}

#[test]
fn small_blocks_beside_what_large_ones_left() {
    is_linear(|count| {
        let arena = Arena::new();
        arena.scope(|scope| allocate(scope, |_| LARGE, count));
        visits::of(|| arena.scope(|scope| allocate(scope, |_| 9000, count))).0
    });
}

#[test]
fn large_blocks_after_a_checkpoint_and_a_reset() {
    is_linear(|count| {
        let mut arena = Arena::new();
        let fill = |arena: &Arena| (0..count).for_each(|_| _ = arena.alloc_slice_uninit::<u8>(LARGE));
        let (looks, ()) = visits::of(|| {
            let checkpoint = arena.checkpoint();
            fill(&arena);
            // SAFETY: the checkpoint is this arena's; what was allocated since is not used again; no scope is running.
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
        // For each of the fillings.
        looks / 5
    });
}

#[test]
fn a_look_inside() {
    fn filled(count: usize) -> Arena<Global> {
        let arena = Arena::new();
        arena.scope(|scope| allocate(scope, |n| LARGE + 16 * n, count / 2));
        (0..count / 2).for_each(|_| _ = arena.alloc_slice_uninit::<u8>(1 << 20));
        arena
    }
    is_linear(|count| {
        let arena = filled(count);
        let (looks, seen) = visits::of(|| arena.chunks().count());
        assert!(seen >= count);
        looks
    });
    is_linear(|count| {
        let arena = filled(count);
        visits::of(|| format!("{arena:?}")).0
    });
    is_linear(|count| {
        let arena = filled(count);
        visits::of(|| arena.owns(core::ptr::NonNull::dangling())).0
    });
}
