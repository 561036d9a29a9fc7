//! The resets of an arena: which chunks they keep and which they release.

use janus_alloc::api::Reset;
use janus_alloc::collections::Vec;

use crate::live::{LiveBlocks, Random};
use crate::{Counted, block, counted, live_chunks};

/// Allocates, resizes and frees blocks of many sizes in `arena`.
fn work(arena: &Counted, seed: u64) {
    let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
    for _ in 0..300 {
        live.step(&arena, &mut random).unwrap();
    }
    live.check();
}

#[test]
fn reset_keeps_the_largest_chunk() {
    let mut arena = counted();
    arena.reset();
    assert_eq!((arena.chunks().count(), arena.allocated_bytes()), (0, 0), "nothing to keep");
    for seed in 0..20 {
        work(&arena, seed);
        let largest = arena.chunks().map(|chunk| chunk.end.addr() - chunk.start.addr()).max();
        let high_water = arena.high_water_bytes();
        arena.reset();
        assert_eq!((arena.allocated_bytes(), live_chunks(&arena), arena.chunks().count()), (0, 1, 1));
        assert_eq!(Some(arena.capacity_bytes()), largest);
        assert_eq!(arena.high_water_bytes(), high_water);
        // The kept chunk is the one in use.
        let before = arena.parent().snapshot();
        block(&&arena, arena.capacity_bytes());
        assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
    }
}

#[test]
fn repeated_resets_leave_one_sufficient_chunk() {
    let mut arena = counted();
    let mut requests = std::vec::Vec::new();
    for _ in 0..10 {
        let before = arena.parent().snapshot();
        (0..5000_u64).for_each(|n| *arena.alloc(n) += 1);
        requests.push(arena.parent().snapshot().since(&before).allocations);
        arena.reset();
    }
    assert!(requests[0] > 1, "{requests:?}");
    assert!(requests[3..].iter().all(|&count| count == 0), "{requests:?}");
}

#[test]
fn after_reset_keep_all_the_parent_is_not_called() {
    let mut arena = counted();
    arena.reset_keep_all();
    assert_eq!(arena.chunks().count(), 0, "nothing to keep");
    (0..100_000_u64).for_each(|n| *arena.alloc(n) += 1);
    let (capacity, chunks, before) = (arena.capacity_bytes(), arena.chunks().count(), arena.parent().snapshot());
    for _ in 0..5 {
        arena.reset_keep_all();
        assert_eq!((arena.allocated_bytes(), arena.capacity_bytes()), (0, capacity));
        (0..100_000_u64).for_each(|n| *arena.alloc(n) += 1);
    }
    assert_eq!(arena.chunks().count(), chunks);
    assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
    assert_eq!(arena.parent().snapshot().since(&before).deallocations, 0);
}

/// With several hundred chunks of different sizes, the memory held stays the same from round to round.
#[test]
fn reset_keep_all_does_not_grow_for_ever() {
    let mut arena = counted();
    let mut capacities = std::vec::Vec::new();
    for _ in 0..20 {
        for _ in 0..3 {
            block(&&arena, 3 << 20);
            for _ in 0..40 {
                block(&&arena, 900_000);
            }
        }
        capacities.push(arena.capacity_bytes());
        arena.reset_keep_all();
    }
    // The second round may put small blocks into chunks of large ones; from then on nothing changes.
    let after_some = capacities[5];
    assert!(capacities[5..].iter().all(|&capacity| capacity == after_some), "{capacities:?}");
}

#[test]
fn reset_release_returns_all_and_starts_small() {
    let mut arena = counted();
    for seed in 0..20 {
        work(&arena, seed);
        assert!(live_chunks(&arena) > 1);
        arena.reset_release();
        assert_eq!((live_chunks(&arena), arena.parent().snapshot().live_bytes), (0, 0));
        assert_eq!((arena.capacity_bytes(), arena.allocated_bytes()), (0, 0));
        arena.alloc(1);
        assert_eq!(arena.capacity_bytes(), 4096);
    }
    assert!(arena.high_water_bytes() > 4096);
}

#[test]
fn a_cap_keeps_the_largest_chunks_that_fit() {
    for cap in [0, 1, 4095, 4096, 5000, 8192, 100_000, 1 << 20, (1 << 20) + 4096, 3 << 20, usize::MAX] {
        let mut arena = counted();
        arena.reset_keep_at_most(cap);
        assert_eq!((arena.chunks().count(), arena.allocated_bytes()), (0, 0), "nothing to keep");
        for seed in 0..10 {
            work(&arena, seed);
            arena.scope(|scope| (0..seed as usize).for_each(|n| _ = block(&&**scope, n << 17)));
            let mut rooms: std::vec::Vec<usize> =
                arena.chunks().map(|chunk| chunk.end.addr() - chunk.start.addr()).collect();
            rooms.sort_unstable();
            let mut left = cap;
            let expected: usize = rooms
                .into_iter()
                .rev()
                .filter(|&room| {
                    let fits = room <= left;
                    left -= if fits { room } else { 0 };
                    fits
                })
                .sum();
            let (high_water, before) = (arena.high_water_bytes(), arena.parent().snapshot());
            arena.reset_keep_at_most(cap);
            assert_eq!((arena.allocated_bytes(), arena.capacity_bytes()), (0, expected), "{cap}");
            assert_eq!(live_chunks(&arena), arena.chunks().count() as u64);
            assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
            assert_eq!(arena.high_water_bytes(), high_water);
            // The largest kept chunk is the one in use.
            let largest = arena.chunks().map(|chunk| chunk.end.addr() - chunk.start.addr()).max();
            block(&&arena, largest.unwrap_or(0));
            assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
        }
    }
}

#[test]
fn below_the_cap_the_parent_is_soon_not_called() {
    let mut arena = counted();
    let mut round = |count: u64| {
        let before = arena.parent().snapshot();
        (0..count).for_each(|n| *arena.alloc(n) += 1);
        arena.reset_keep_at_most(256 << 10);
        assert!(arena.capacity_bytes() <= 256 << 10 && arena.parent().snapshot().live_bytes <= 260 << 10);
        (arena.parent().snapshot().since(&before).allocations, arena.capacity_bytes())
    };
    for _ in 0..3 {
        // One round that needs far more than the cap,
        assert!(round(1_000_000).0 > 0);
        // then ten that fit.
        let requests: std::vec::Vec<u64> = (0..10).map(|_| round(10_000).0).collect();
        assert!(requests[3..].iter().all(|&count| count == 0), "{requests:?}");
    }
    // If each round needs more than the cap, the memory kept is at least half of the cap.
    for _ in 0..10 {
        assert!(round(1_000_000).1 >= 128 << 10);
    }
}

#[test]
fn reset_works_through_the_trait() {
    fn twice(arena: &mut (impl Reset + std::fmt::Debug)) {
        arena.reset();
        Reset::reset(arena);
    }
    let mut arena = counted();
    work(&arena, 1);
    twice(&mut arena);
    assert_eq!((arena.allocated_bytes(), live_chunks(&arena)), (0, 1));
}

#[test]
fn resets_in_any_order_keep_contents_apart() {
    let mut arena = counted();
    let mut random = Random(3);
    for round in 0..200 {
        let mut live = LiveBlocks::default();
        for _ in 0..random.below(200) {
            live.step(&&arena, &mut random).unwrap();
        }
        arena.scope(|scope| {
            (0..random.below(100)).for_each(|_| live.step(&&arena, &mut random).unwrap());
            let mut inner = LiveBlocks::default();
            (0..random.below(100)).for_each(|_| inner.step(&&**scope, &mut random).unwrap());
            inner.check();
        });
        live.check();
        assert!(arena.allocated_bytes() >= live.size());
        match random.below(5) {
            0 => arena.reset(),
            1 => arena.reset_keep_all(),
            2 => arena.reset_release(),
            3 => arena.reset_keep_at_most(random.below(1 << 18)),
            _ => {}
        }
        if round % 50 == 49 {
            arena.reset_release();
            assert_eq!(live_chunks(&arena), 0);
        }
    }
}

#[test]
fn collections_may_live_between_two_resets() {
    let mut arena = counted();
    for round in 0..50_usize {
        let mut lines = Vec::new_in(&arena);
        lines.extend((0..round).map(|n| arena.alloc_fmt(format_args!("{round} {n}"))));
        assert!(lines.iter().enumerate().all(|(n, line)| **line == *format!("{round} {n}")));
        drop(lines);
        arena.reset();
    }
    assert!(live_chunks(&arena) <= 1);
}
