//! Failed requests to the parent: the call returns an error, no block is lost, and the arena stays usable.

use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec as VecIn;
use janus_alloc::{Arena, Stats, SyncArena, System, TaskArena};

use crate::each_failure::{Log, Parent, with_each_failure};
use crate::layout;
use crate::live::{LiveBlocks, Random};
use crate::parents::{FailingRequests, OneIn, RuledParent};
use crate::soak::soak;

fn arena_workload<const MIN_ALIGN: usize>(parent: &Parent<'_>, log: &mut Log<'_>) {
    for capacity in [0, 5000] {
        log.call(|| Arena::<_, MIN_ALIGN>::try_with_min_align_and_capacity_in(capacity, parent));
    }
    let mut arena = Arena::<_, MIN_ALIGN>::with_min_align_in(parent);
    for round in 0..5 {
        let by_reference = &arena;
        let mut live = LiveBlocks::default();
        for size in [8, 100, 3000, 5000, 100_000, 10, 20_000, 200] {
            log.call(|| live.allocate(&by_reference, layout(size, 8)));
        }
        log.call(|| live.allocate_zeroed(&by_reference, layout(2 << 20, 16)));
        for size in [3 << 20, 2 << 20, 4000] {
            if live.len() > 0 {
                log.call(|| live.resize(&by_reference, live.len() - 1, size));
            }
        }
        log.call(|| live.allocate(&by_reference, layout(100, 16)));
        log.call(|| by_reference.try_alloc_slice_fill_iter((0..9000_u64).filter(|n| n % 2 == 0)));
        log.call(|| by_reference.try_alloc_fmt(format_args!("{:>9000}", round)));
        log.call(|| by_reference.try_alloc_try_with(|| Err::<[u8; 30_000], _>([0_u8; 9])));
        let checkpoint = arena.checkpoint();
        log.call(|| by_reference.try_alloc_slice_uninit::<u64>(1 << 18));
        log.call(|| by_reference.try_alloc_slice_fill_with(4000, |n| n));
        // SAFETY: the checkpoint is this arena's; blocks allocated since are not used again.
        unsafe { arena.rewind(checkpoint) };
        arena.scope(|scope| {
            let mut inner = LiveBlocks::default();
            for size in [50, 9000, 1 << 20, 2 << 20, 70_000] {
                log.call(|| inner.allocate(&&**scope, layout(size, 8)));
                log.call(|| live.allocate(&by_reference, layout(size / 2, 8)));
            }
            scope.scope(|innermost| {
                let mut innermost_blocks = LiveBlocks::default();
                for size in [60_000, 60_000, 3 << 20] {
                    log.call(|| innermost_blocks.allocate(&&**innermost, layout(size, 16)));
                }
                innermost_blocks.check();
            });
            inner.check();
        });
        live.check();
        match round {
            0 => arena.reset_release(),
            1 => arena.reset(),
            2 => arena.reset_keep_all(),
            3 => arena.reset_keep_at_most(100_000),
            _ => {}
        }
    }
    log.rule.heal();
    let mut live = LiveBlocks::default();
    for size in [8, 10_000, 2 << 20] {
        live.allocate(&&arena, layout(size, 8)).expect("there is memory again");
    }
    live.check();
}

#[test]
fn each_failed_request_of_an_arena_is_an_error() {
    with_each_failure(arena_workload::<8>);
    with_each_failure(arena_workload::<1>);
    with_each_failure(arena_workload::<4096>);
}

#[test]
fn each_failed_request_of_a_sync_arena_is_an_error() {
    with_each_failure(|parent, log| {
        let mut arena = SyncArena::new_in(parent);
        for round in 0..3 {
            let mut live = LiveBlocks::default();
            for size in [8, 100, 3000, 10_000, 100_000, 300_000, 40, 5 << 20, 1 << 20, 8000, 8000, 8000, 8000, 8000] {
                log.call(|| live.allocate(&arena, layout(size, 8)));
                log.call(|| live.allocate_zeroed(&arena, layout(size, 8)));
            }
            for size in [20_000, 2 << 20, 9 << 20, 10] {
                if live.len() > 0 {
                    log.call(|| live.resize(&arena, live.len() - 1, size));
                }
            }
            log.call(|| live.allocate(&arena, layout(10, 16)));
            live.check();
            if round != 1 {
                arena = arena.reset();
            }
        }
        log.rule.heal();
        let mut live = LiveBlocks::default();
        for size in [8, 10_000, 9 << 20] {
            live.allocate(&arena, layout(size, 8)).expect("there is memory again");
        }
        live.check();
    });
}

#[test]
fn each_failed_request_of_a_task_arena_is_an_error() {
    with_each_failure(|parent, log| {
        let mut arena = TaskArena::new_in(parent);
        for round in 0..3 {
            let mut live = LiveBlocks::default();
            for size in [8, 100, 3000, 10_000, 100_000, 300_000, 40, 5 << 20, 1 << 20, 8000, 8000, 8000] {
                log.call(|| live.allocate(&arena, layout(size, 8)));
                log.call(|| live.allocate_zeroed(&arena, layout(size, 8)));
            }
            for size in [20_000, 2 << 20, 9 << 20, 3 << 20, 10] {
                if live.len() > 0 {
                    log.call(|| live.resize(&arena, live.len() - 1, size));
                }
            }
            log.call(|| live.allocate(&arena, layout(10, 16)));
            live.check();
            if round != 1 {
                arena.reset();
            }
        }
        log.rule.heal();
        let mut live = LiveBlocks::default();
        for size in [8, 10_000, 9 << 20] {
            live.allocate(&arena, layout(size, 8)).expect("there is memory again");
        }
        live.check();
    });
}

#[test]
fn random_use_survives_failed_requests() {
    let stats = Stats::new(System);
    for n in [1, 2, 3, 7, 20] {
        let parent = RuledParent { rule: OneIn::new(n), parent: &stats };
        for seed in 0..4 {
            let failures =
                soak::<_, 8>(&parent, seed, 5) + soak::<_, 1>(&parent, seed, 5) + soak::<_, 64>(&parent, seed, 5);
            assert!(failures > 0 || n > 1);
            assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
        }
    }
}

#[test]
fn threads_survive_failed_requests() {
    let stats = Stats::new(System);
    for n in [1, 2, 5] {
        let parent = RuledParent { rule: OneIn::new(n), parent: &stats };
        let (sync, task) = (SyncArena::new_in(&parent), TaskArena::new_in(&parent));
        let arenas: [&(dyn Allocator + Sync); 2] = [&sync, &task];
        thread::scope(|scope| {
            for seed in 0..4 {
                scope.spawn(move || {
                    for arena in arenas {
                        let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
                        let failures = (0..2000).filter(|_| live.step(arena, &mut random).is_err()).count();
                        live.check();
                        assert!(n > 1 || failures > 1000);
                    }
                });
            }
        });
        drop((sync, task));
        assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
    }
}

#[test]
fn a_collection_without_memory_keeps_its_elements() {
    let stats = Stats::new(System);
    for index in 0..6 {
        let parent = RuledParent { rule: FailingRequests::from(index), parent: &stats };
        let arena = Arena::new_in(&parent);
        let mut numbers = VecIn::new_in(&arena);
        while numbers.try_reserve(1).is_ok() {
            numbers.push(numbers.len());
        }
        assert!(numbers.iter().copied().eq(0..numbers.len()) && (numbers.is_empty() == (index == 0)));
        let shared = SyncArena::new_in(&parent);
        assert!(shared.allocate(layout(1, 1)).is_err());
        parent.rule.heal();
        numbers.extend(numbers.len()..numbers.len() + 10);
        assert!(numbers.iter().copied().eq(0..numbers.len()));
        assert!(shared.allocate(layout(1, 1)).is_ok());
    }
    assert_eq!(stats.snapshot().live_bytes, 0);
}

#[test]
fn a_resize_that_fails_changes_no_figure() {
    let stats = Stats::new(System);
    let parent = RuledParent { rule: FailingRequests::from(1), parent: &stats };
    let arena = Arena::new_in(&parent);
    let large = arena.alloc_layout(layout(2 << 20, 8));
    // SAFETY: the block is live and has that layout.
    assert!(unsafe { arena.grow(large, layout(2 << 20, 8), layout(3 << 20, 8)) }.is_err());
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (2 << 20, 2 << 20));
    // A shrink succeeds nonetheless, in the block it has.
    // SAFETY: the block is live and has that layout.
    let shrunk = unsafe { arena.shrink(large, layout(2 << 20, 8), layout(1 << 20, 8)) }.unwrap();
    assert_eq!((shrunk.cast(), shrunk.len()), (large, 1 << 20));
    assert_eq!(stats.snapshot().live_blocks(), 1);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(large, layout(1 << 20, 8)) };
    assert_eq!((stats.snapshot().live_blocks(), arena.allocated_bytes()), (0, 0));
}
