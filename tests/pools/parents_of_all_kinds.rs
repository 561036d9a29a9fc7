//! Any allocator can be the parent of a pool, by value or by reference.

use std::mem::MaybeUninit;

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, BlockPool, FixedArena, Pool, StaticArena, System};

use crate::each_parent::{self, ParentCheck};
use crate::live::{LiveBlocks, Random};
use crate::parents::{ByteLimit, RuledParent};
use crate::{block, free, layout};

/// Uses pools over `parent` at random, and returns the number of requests that failed.
fn count_failures<A: Allocator>(parent: impl Fn() -> A) -> usize {
    let mut failures = 0;
    for seed in 0..3 {
        let pool = Pool::new_in(parent());
        let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
        failures += (0..600).filter(|_| live.step(&pool, &mut random).is_err()).count();
        live.check();
        if seed == 0 {
            (0..live.len()).for_each(|_| live.free(&pool, 0));
            assert_eq!(pool.live_bytes(), 0);
        }
    }
    for one in [layout(24, 8), layout(1, 1), layout(5000, 64)] {
        let pool = BlockPool::new_in(one, parent());
        let (mut live, mut random) = (LiveBlocks::default(), Random(5));
        for _ in 0..200 {
            match random.below(3) {
                0 if live.len() > 0 => live.free(&pool, random.below(live.len())),
                _ => failures += usize::from(live.allocate(&pool, one).is_err()),
            }
        }
        live.check();
        assert_eq!(live.len(), pool.live_blocks());
    }
    failures
}

struct NeverFails;

impl ParentCheck for NeverFails {
    fn check<A: Allocator>(parent: impl Fn() -> A) {
        assert_eq!(count_failures(parent), 0);
    }
}

#[test]
fn pools_work_over_sources_and_adapters() {
    each_parent::sources_and_adapters::<NeverFails>();
}

#[test]
fn pools_work_over_arenas_and_pools() {
    each_parent::arenas_and_pools::<NeverFails>();
}

#[test]
fn a_pool_returns_its_last_chunks_to_an_arena() {
    let arena = Arena::with_capacity(1 << 20);
    for _ in 0..100 {
        let pool = Pool::new_in(&arena);
        for n in 0..2000 {
            block(&pool, layout(n % 300, 8));
        }
        drop(pool);
        assert!(arena.allocated_bytes() < 64, "{}", arena.allocated_bytes());
    }
}

#[test]
fn a_pool_reuses_blocks_that_an_arena_would_not() {
    let arena = Arena::new();
    let pool = Pool::new_in(&arena);
    for n in 0..100_000 {
        let (first, second) = (block(&pool, layout(100, 8)), block(&pool, layout(n % 300, 8)));
        free(&pool, first, layout(100, 8));
        free(&pool, second, layout(n % 300, 8));
    }
    assert!(arena.allocated_bytes() < 32 << 10, "{}", arena.allocated_bytes());
}

#[test]
fn pools_work_over_parents_with_a_limit() {
    let mut bytes = vec![MaybeUninit::uninit(); 100_000];
    let fixed = FixedArena::new(&mut bytes);
    assert!(count_failures(|| &fixed) > 0);
    static HEAP: StaticArena<100_000> = StaticArena::new();
    assert!(count_failures(|| &HEAP) > 0);
    let limited = RuledParent { rule: ByteLimit::new(100_000), parent: System };
    assert!(count_failures(|| &limited) > 0);
    assert_eq!(limited.rule.remaining(), 100_000, "the pools did not return all bytes");
}
