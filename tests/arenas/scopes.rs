//! Scopes: their memory is free afterwards, and blocks outside of them are untouched.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use janus_alloc::api::Allocator;
use janus_alloc::arenas::Scope;
use janus_alloc::collections::{Box, HashMap, Vec};
use janus_alloc::{Arena, Null, Stats, System};

use crate::{address, assert_all_returned, block, counted, fill, layout, live_chunks};

#[test]
fn memory_of_a_scope_is_free_afterwards() {
    let arena = counted();
    let before = arena.alloc(1);
    let first = arena.scope(|scope| address(block(&&**scope, 100)));
    assert_eq!(first, (&raw const *before).addr() + 8, "the scope does not start where the arena stands");
    for _ in 0..1000 {
        assert_eq!(arena.scope(|scope| address(block(&&**scope, 100))), first);
    }
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes(), live_chunks(&arena)), (8, 8 + 104, 1));
    assert_eq!((&raw const *arena.alloc(2)).addr(), first, "the arena does not continue where it stood");
}

#[test]
fn a_warm_scope_does_not_call_the_parent() {
    let mut arena = counted();
    let fill_up = |scope: &Scope<'_, Stats<System>>| {
        scope.scope(|inner| (0..10_000_u64).for_each(|n| *inner.alloc(n) += 1));
        (0..50_000_u64).for_each(|n| *scope.alloc(n) += 1);
    };
    arena.scope(fill_up);
    let (before, capacity) = (arena.parent().snapshot(), arena.capacity_bytes());
    for _ in 0..20 {
        arena.scope(fill_up);
        assert_eq!((arena.allocated_bytes(), arena.capacity_bytes()), (0, capacity));
    }
    assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
    arena.reset_release();
    assert_eq!(live_chunks(&arena), 0);
}

#[test]
fn the_chunk_of_an_oversize_block_serves_the_next_scope() {
    let arena = counted();
    for _ in 0..10 {
        arena.scope(|scope| {
            fill(block(&&**scope, 5 << 20), 1, 5 << 20);
            fill(block(&&**scope, 6 << 20), 1, 6 << 20);
            scope.scope(|inner| fill(block(&&**inner, 7 << 20), 1, 7 << 20));
        });
        assert_eq!((live_chunks(&arena), arena.allocated_bytes()), (3, 0));
    }
    assert_eq!(arena.parent().snapshot().allocations, 3);
}

#[test]
fn scopes_nest() {
    fn descend(scope: &Scope<'_, Stats<System>>, depth: usize) -> usize {
        let mut own = Vec::new_in(&**scope);
        own.extend((0..100).map(|n| depth * n));
        let below = if depth == 0 { 0 } else { scope.scope(|inner| descend(inner, depth - 1)) };
        own.extend((100..200).map(|n| depth * n));
        let again = if depth == 0 { 0 } else { scope.scope(|inner| descend(inner, depth - 1)) };
        assert!(own.iter().enumerate().all(|(n, &value)| value == depth * n));
        assert_eq!(below, again);
        1 + below + again
    }
    let arena = counted();
    assert_eq!(arena.scope(|scope| descend(scope, 10)), (1 << 11) - 1);
    assert_eq!(arena.allocated_bytes(), 0);
}

#[test]
fn a_scope_opens_within_the_arena_of_another_scope() {
    // `&**scope` is an arena over a reference, which has the method `scope` too.
    let arena = counted();
    arena.scope(|outer| {
        let kept = outer.alloc(1);
        let arena_of_scope: &Arena<&Stats<System>> = outer;
        let inside = arena_of_scope.scope(|inner| inner.scope(|innermost| *innermost.alloc(2)));
        assert_eq!((*kept, inside, outer.allocated_bytes()), (1, 2, 8));
    });
}

#[test]
fn an_outer_collection_grows_beside_a_scope() {
    assert_all_returned::<_, 8>(|arena| {
        let arena = &*arena;
        let mut sums = Vec::new_in(arena);
        let mut names = HashMap::new_in(arena);
        for n in 0..2000_u64 {
            arena.scope(|scope| {
                let mut squares = Vec::new_in(&**scope);
                for m in 0..n % 100 {
                    squares.push(m * m);
                    if m % 10 == 0 {
                        names.insert((n, m), &*arena.alloc_fmt(format_args!("{n} {m}")));
                    }
                }
                let boxed = Box::new_in(squares.iter().sum::<u64>(), arena);
                sums.push(boxed);
                assert!(squares.iter().enumerate().all(|(m, &square)| square == (m * m) as u64));
            });
        }
        for (n, sum) in sums.iter().enumerate() {
            assert_eq!(**sum, (0..n as u64 % 100).map(|m| m * m).sum::<u64>());
        }
        assert!(names.iter().all(|((n, m), name)| **name == format!("{n} {m}")));
        assert_eq!(names.len(), (0..2000_u64).map(|n| (n % 100).div_ceil(10)).sum::<u64>() as usize);
    });
}

#[test]
fn an_outer_block_grows_beside_a_scope_and_stays_last() {
    let arena = counted();
    let mut numbers = Vec::new_in(&arena);
    numbers.push(0_u64);
    arena.scope(|scope| {
        scope.alloc(7_u64);
        numbers.extend(1..100);
    });
    assert!(numbers.iter().copied().eq(0..100));
    drop(numbers);
    assert!(arena.allocated_bytes() <= 8 * 8, "{}", arena.allocated_bytes());
}

#[test]
fn scopes_of_one_arena_may_overlap() {
    assert_all_returned::<_, 8>(|arena| {
        let arena = &*arena;
        let outer = arena.alloc([1; 100]);
        arena.scope(|first| {
            let in_first = first.alloc([2; 100]);
            arena.scope(|second| {
                let in_second = second.alloc([3; 100]);
                let in_outer = arena.alloc([4; 100]);
                arena.scope(|third| {
                    let more = (first.alloc([5; 2000]), second.alloc([6; 2000]), third.alloc([7; 2000]));
                    let far = arena.alloc([8; 2000]);
                    assert_eq!((more.0[9], more.1[9], more.2[9], far[9]), (5, 6, 7, 8));
                });
                assert_eq!((in_second[9], in_outer[9]), (3, 4));
            });
            assert_eq!(*in_first, [2; 100]);
        });
        assert_eq!(*outer, [1; 100]);
    });
}

#[test]
fn a_panic_ends_a_scope() {
    let arena = counted();
    let kept = arena.alloc(7);
    let calm = AssertUnwindSafe(&arena);
    for depth in 0..20 {
        let payload = catch_unwind(|| {
            calm.scope(|outer| {
                outer.alloc([0_u8; 1000]);
                outer.scope(|inner| {
                    inner.alloc_slice_uninit::<u8>(depth * 1000);
                    calm.alloc(8);
                    resume_unwind(std::boxed::Box::new(depth))
                })
            })
        });
        assert_eq!(payload.unwrap_err().downcast_ref(), Some(&depth));
    }
    // Blocks that the arena itself allocated meanwhile remain; all others are free.
    assert_eq!((*kept, arena.allocated_bytes()), (7, 8 + 20 * 8));
    arena.scope(|scope| assert_eq!((*scope.alloc(9), scope.allocated_bytes()), (9, 8)));
}

#[test]
fn a_scope_returns_its_result() {
    let arena = Arena::new();
    assert_eq!(arena.scope(|scope| scope.alloc_str("length").len()), 6);
    assert_eq!(arena.scope(|scope| std::string::String::from(scope.alloc_str("copied"))), "copied");
    assert_eq!(arena.scope(|_| arena.alloc_str("of the outer arena")), "of the outer arena");
}

#[test]
fn without_memory_a_scope_returns_errors() {
    let arena = Arena::new_in(Null);
    let failed = arena.scope(|scope| {
        let inner = scope.scope(|inner| inner.try_alloc(1).is_err());
        inner && scope.try_alloc(1).is_err() && scope.try_alloc(()).is_ok()
    });
    assert!(failed && arena.try_alloc(1).is_err());
}

#[test]
fn a_scope_shows_its_own_figures() {
    let arena = counted();
    let outside = arena.alloc_layout(layout(8, 8));
    arena.scope(|scope| {
        assert_eq!((scope.allocated_bytes(), scope.high_water_bytes()), (0, 0));
        let inside = scope.alloc_layout(layout(8, 8));
        assert!(scope.owns(inside) && !scope.owns(outside));
        assert!(arena.owns(inside) && arena.owns(outside), "the chunk belongs to the arena");
        assert!(format!("{scope:?}").contains("allocated_bytes: 8"), "{scope:?}");
        (0..1000).for_each(|n| *scope.alloc(n) += 1);
        assert_eq!(scope.allocated_bytes(), 8 + 8000);
        assert_eq!(arena.allocated_bytes(), 8, "the arena counts bytes of a scope before its end");
        assert!(scope.chunks().count() > 1 && scope.parent().snapshot().live_blocks() > 1);
    });
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (8, 8 + 8 + 8000));
}

#[test]
fn a_rewind_in_a_scope() {
    let arena = counted();
    arena.scope(|scope| {
        let kept = scope.alloc(1);
        let checkpoint = scope.checkpoint();
        for _ in 0..10 {
            (0..5000).for_each(|n| *scope.alloc(n) += 1);
            // SAFETY: the checkpoint is of this scope's arena; blocks allocated since are not used again.
            unsafe { scope.rewind(checkpoint) };
            assert_eq!((*kept, scope.allocated_bytes()), (1, 8));
        }
    });
}

#[test]
fn a_scope_keeps_the_minimum_alignment() {
    let arena = Arena::<_, 64>::with_min_align_in(System);
    arena.scope(|scope| {
        scope.alloc(1_u8);
        assert_eq!(address((**scope).allocate(layout(1, 1)).unwrap().cast()) % 64, 0);
        assert_eq!(scope.allocated_bytes(), 128);
    });
}

#[test]
fn space_left_behind_serves_later_scopes() {
    let arena = counted();
    let first = arena.alloc(1);
    let inside = arena.scope(|scope| {
        let inside = address(block(&&**scope, 8));
        // The scope uses the rest of the chunk, so the arena gets a new chunk and continues there.
        arena.alloc(2);
        inside
    });
    assert_eq!(inside, (&raw const *first).addr() + 8);
    assert_eq!(live_chunks(&arena), 2);
    let next = (&raw const *arena.alloc(3)).addr();
    for _ in 0..100 {
        let beside = arena.scope(|scope| {
            assert_eq!(address(block(&&**scope, 8)), inside, "the scope does not use the rest of the first chunk");
            (&raw const *arena.alloc(4)).addr()
        });
        assert!((next..next + 4096).contains(&beside), "the scope moved the arena");
    }
    assert_eq!((live_chunks(&arena), arena.allocated_bytes()), (2, 103 * 8));
    // A rewind to a checkpoint before the scope frees all of that.
    let arena = counted();
    let checkpoint = arena.checkpoint();
    arena.alloc(1);
    arena.scope(|_| *arena.alloc(2));
    // SAFETY: the checkpoint is this arena's; blocks allocated since are not used again; no scope is running.
    unsafe { arena.rewind(checkpoint) };
    arena.scope(|scope| *scope.alloc([0_u8; 4000]));
    assert_eq!((live_chunks(&arena), arena.allocated_bytes()), (2, 0));
}
