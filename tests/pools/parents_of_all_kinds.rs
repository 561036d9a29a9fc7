//! Any allocator is a parent, by value or by reference.

use std::mem::MaybeUninit;

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, BlockPool, FixedArena, Pool, StaticArena, System};

use crate::each_parent::{self, Over};
use crate::live::{Live, Random};
use crate::parents::{Limit, Ruled};
use crate::{block, free, layout};

/// Random use of pools over `parent`: how often they had no memory.
fn works<A: Allocator>(parent: impl Fn() -> A) -> usize {
    let mut failures = 0;
    for seed in 0..3 {
        let pool = Pool::new_in(parent());
        let (mut live, mut random) = (Live::default(), Random(seed));
        failures += (0..600).filter(|_| live.step(&pool, &mut random).is_err()).count();
        live.check();
        if seed == 0 {
            (0..live.len()).for_each(|_| live.free(&pool, 0));
            assert_eq!(pool.live_bytes(), 0);
        }
    }
    for one in [layout(24, 8), layout(1, 1), layout(5000, 64)] {
        let pool = BlockPool::new_in(one, parent());
        let (mut live, mut random) = (Live::default(), Random(5));
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

impl Over for NeverFails {
    fn over<A: Allocator>(parent: impl Fn() -> A) {
        assert_eq!(works(parent), 0);
    }
}

#[test]
fn sources_and_adapters() {
    each_parent::sources_and_adapters::<NeverFails>();
}

#[test]
fn arenas_and_pools() {
    each_parent::arenas_and_pools::<NeverFails>();
}

#[test]
fn a_pool_over_an_arena_gives_back_what_was_last() {
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
fn a_pool_reuses_what_its_arena_would_not() {
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
fn parents_with_an_end() {
    let mut bytes = vec![MaybeUninit::uninit(); 100_000];
    let fixed = FixedArena::new(&mut bytes);
    assert!(works(|| &fixed) > 0);
    static HEAP: StaticArena<100_000> = StaticArena::new();
    assert!(works(|| &HEAP) > 0);
    let limited = Ruled { rule: Limit::new(100_000), parent: System };
    assert!(works(|| &limited) > 0);
    assert_eq!(limited.rule.left(), 100_000, "all of it came back");
}
