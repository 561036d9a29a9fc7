//! Moving a pool, also to another thread, leaves its blocks valid.

use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::collections::{Box as BoxIn, HashMap, Vec as VecIn};
use janus_alloc::{Arena, BlockPool, Pool, System};

use crate::live::{LiveBlocks, Random};
use crate::{layout, parents};

/// Uses `pool` by `step`, and moves it in between.
fn use_between_moves<A: Allocator>(pool: A, mut step: impl FnMut(&A, &mut LiveBlocks, &mut Random)) {
    let (mut live, mut random) = (LiveBlocks::default(), Random(2));
    let mut here = Some(pool);
    let mut there = Vec::new();
    for _ in 0..100 {
        there.push(here.take().unwrap());
        (0..20).for_each(|_| step(&there[there.len() - 1], &mut live, &mut random));
        live.check();
        here = there.pop();
        let boxed = Box::new(here.take().unwrap());
        (0..20).for_each(|_| step(&boxed, &mut live, &mut random));
        live.check();
        here = Some(*boxed);
    }
    let pool = here.unwrap();
    (0..live.len()).for_each(|_| live.free(&pool, 0));
}

#[test]
fn blocks_stay_valid_when_a_pool_moves() {
    use_between_moves(Pool::new(), |pool, live, random| live.step(pool, random).unwrap());
    let arena = Arena::new();
    use_between_moves(Pool::new_in(&arena), |pool, live, random| live.step(pool, random).unwrap());
    use_between_moves(BlockPool::new(layout(24, 8)), |pool, live, random| match random.below(3) {
        0 if live.len() > 0 => live.free(pool, random.below(live.len())),
        _ => live.allocate(pool, layout(24, 8)).unwrap(),
    });
}

#[test]
fn a_pool_moves_to_another_thread_with_its_blocks() {
    let pool = Pool::new_in(System);
    let mut live = LiveBlocks::default();
    let mut random = Random(3);
    (0..500).for_each(|_| live.step(&pool, &mut random).unwrap());
    let blocks: usize = live.size();
    let pool = thread::spawn(move || {
        let mut own = LiveBlocks::default();
        (0..500).for_each(|_| own.step(&pool, &mut random).unwrap());
        own.check();
        (0..own.len()).for_each(|_| own.free(&pool, 0));
        assert!(pool.live_bytes() >= blocks);
        pool
    })
    .join()
    .unwrap();
    live.check();
    (0..live.len()).for_each(|_| live.free(&pool, 0));
    assert_eq!(pool.live_bytes(), 0);
}

#[test]
fn a_collection_owns_its_pool() {
    let stats = janus_alloc::Stats::new(System);
    let mut numbers = VecIn::new_in(Pool::new_in(&stats));
    numbers.extend(0..100_000_u64);
    let mut map = HashMap::new_in(Pool::new_in(&stats));
    let boxed = BoxIn::new_in([7_u8; 100], BlockPool::for_type_in::<[u8; 100]>(&stats));
    thread::scope(|threads| {
        threads.spawn(move || {
            numbers.truncate(10);
            numbers.shrink_to_fit();
            numbers.extend(0..1000);
            map.extend(numbers.iter().map(|n| (*n, *n)));
            assert_eq!((map.len(), *boxed), (1000, [7; 100]));
        });
    });
    assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
}

#[test]
fn an_empty_pool_may_move() {
    let limited = parents::RuledParent { rule: parents::ByteLimit::new(0), parent: System };
    let pool = Pool::new_in(&limited);
    let pool = Box::new(pool);
    assert!(pool.allocate(layout(1, 1)).is_err());
    assert!((*pool).allocate(layout(0, 1)).is_ok());
}
