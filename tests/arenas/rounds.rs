//! Repeats a round of scopes whose results are allocated outside of them, with each way to start over. After some rounds the parent
//! is not called any more and the memory held stays the same.

use janus_alloc::{Arena, Stats, System};

use crate::{Counted, counted};

const WARM: usize = 50;
const ROUNDS: usize = 1000;

/// Returns the number of requests to the parent after the first `WARM` rounds, and the capacity at the end.
fn rounds(mut round: impl FnMut(&mut Counted)) -> (u64, usize) {
    let mut arena = counted();
    (0..WARM).for_each(|_| round(&mut arena));
    let (before, capacity) = (arena.parent().snapshot(), arena.capacity_bytes());
    (0..ROUNDS).for_each(|_| round(&mut arena));
    assert_eq!(arena.capacity_bytes(), capacity);
    (arena.parent().snapshot().since(&before).allocations, capacity)
}

/// Opens scopes that use `scratch` bytes each, and allocates results in the arena meanwhile.
fn work(arena: &Counted, scratch: usize) {
    for _ in 0..4 {
        arena.scope(|scope| {
            let words = scope.alloc_slice_uninit::<u64>(scratch / 8);
            arena.alloc([words.len(); 10]);
            scope.alloc_str("more scratch");
            arena.alloc_str("another result");
        });
    }
}

#[test]
fn rounds_that_end_in_reset_need_no_new_memory() {
    for scratch in [8, 1000, 10_000, 200_000, 3_000_000] {
        let (requests, capacity) = rounds(|arena| {
            work(arena, scratch);
            arena.reset();
        });
        assert_eq!(requests, 0, "{scratch}");
        assert!(capacity < 16_384 + 6 * scratch, "{scratch}: {capacity}");
    }
}

#[test]
fn rounds_that_end_in_reset_keep_all_need_no_new_memory() {
    for scratch in [8, 1000, 10_000, 200_000, 3_000_000] {
        let (requests, capacity) = rounds(|arena| {
            work(arena, scratch);
            arena.reset_keep_all();
        });
        assert_eq!(requests, 0, "{scratch}");
        assert!(capacity < 40_000 + 8 * scratch, "{scratch}: {capacity}");
    }
}

#[test]
fn rounds_that_end_in_a_rewind_need_no_new_memory() {
    let (requests, capacity) = rounds(|arena| {
        let checkpoint = arena.checkpoint();
        work(arena, 1000);
        // SAFETY: the checkpoint is this arena's; blocks allocated since are not used again; no scope is running.
        unsafe { arena.rewind(checkpoint) };
    });
    assert_eq!((requests, capacity <= 16_384), (0, true));
}

#[test]
fn rounds_of_nested_scopes_need_no_new_memory() {
    let (requests, capacity) = rounds(|arena| {
        arena.scope(|request| {
            for n in 0..10 {
                let result = request.scope(|scratch| {
                    let digits = scratch.alloc_fmt(format_args!("{n:0>100}"));
                    request.alloc_str(digits)
                });
                assert_eq!(result.len(), 100);
            }
        });
        assert_eq!(arena.allocated_bytes(), 0);
    });
    assert_eq!((requests, capacity <= 16_384), (0, true));
}

#[test]
fn a_large_block_does_not_inflate_the_next_chunk() {
    let arena = Arena::new_in(Stats::new(System));
    arena.alloc(1);
    for _ in 0..8 {
        arena.alloc_slice_fill_with(100_000, |_| 0_u8);
    }
    (0..1024).for_each(|n: u64| *arena.alloc(n) += 1);
    let largest =
        arena.chunks().map(|chunk| chunk.end.addr() - chunk.start.addr()).filter(|&size| size < 100_000).max();
    assert_eq!(largest, Some(8192));
}

#[test]
fn a_rewind_in_a_running_scope_keeps_its_values() {
    let arena = Arena::new_in(Stats::new(System));
    for before in [0, 1] {
        (0..before).for_each(|_| *arena.alloc(1) += 1);
        for _ in 0..3 {
            arena.scope(|scope| {
                let scratch = scope.alloc(1_u64);
                let checkpoint = arena.checkpoint();
                arena.alloc([7_u64; 600]);
                // SAFETY: the checkpoint is this arena's; blocks allocated since are not used again; the scope began before it.
                unsafe { arena.rewind(checkpoint) };
                let outside = arena.alloc(2_u64);
                let more = scope.alloc_slice_fill_with(1000, |_| 3_u64);
                assert_eq!((*scratch, *outside), (1, 2));
                more.fill(4);
                outside.clone_from(&5);
                assert_eq!((*scratch, *outside, more[999]), (1, 5, 4));
            });
        }
    }
}
