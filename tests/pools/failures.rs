//! Failed requests to the parent: the call returns an error, no block is lost, and the pool stays usable.

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec as VecIn;
use janus_alloc::{BlockPool, Pool, Stats, System};

use crate::each_failure::{Log, Parent, with_each_failure};
use crate::layout;
use crate::live::{LiveBlocks, Random};
use crate::parents::{FailingRequests, OneIn, RuledParent};

/// Uses classes with an align of at most 16, and large blocks, which come from the parent one by one.
fn pool_workload(parent: &Parent<'_>, log: &mut Log<'_>) {
    let pool = Pool::new_in(parent);
    for _ in 0..2 {
        let mut live = LiveBlocks::default();
        for size in [8, 24, 104, 120, 240, 56, 8, 20_000, 40_000, 240, 100_000] {
            for _ in 0..4 {
                log.call(|| live.allocate(&pool, layout(size, 8)));
                log.call(|| live.allocate_zeroed(&pool, layout(size, 1)));
            }
        }
        for size in [8, 200_000, 50_000, 100, 60_000, 24] {
            if live.len() > 0 {
                log.call(|| live.resize(&pool, live.len() - 1, size));
            }
            if live.len() > 20 {
                log.call(|| live.resize(&pool, live.len() / 2, size));
                live.free(&pool, live.len() / 3);
            }
        }
        live.check();
        (0..live.len() / 2).for_each(|_| live.free(&pool, 0));
    }
    log.rule.heal();
    let mut live = LiveBlocks::default();
    for size in [8, 10_000, 2 << 20] {
        live.allocate(&pool, layout(size, 8)).expect("there is memory again");
    }
    live.check();
}

#[test]
fn each_failed_request_of_a_pool_is_an_error() {
    with_each_failure(pool_workload);
}

#[test]
fn each_failed_request_of_a_block_pool_is_an_error() {
    with_each_failure(|parent, log| {
        for one in [layout(24, 8), layout(3000, 4)] {
            let pool = BlockPool::new_in(one, parent);
            let mut live = LiveBlocks::default();
            for _ in 0..200 {
                log.call(|| live.allocate(&pool, one));
                log.call(|| live.allocate_zeroed(&pool, one));
                if live.len() > 2 {
                    live.free(&pool, live.len() / 2);
                }
            }
            live.check();
            assert_eq!(pool.live_blocks(), live.len());
        }
        log.rule.heal();
        let pool = BlockPool::new_in(layout(1, 1), parent);
        assert!(pool.allocate(layout(1, 1)).is_ok(), "there is memory again");
    });
}

#[test]
fn random_use_survives_failed_requests() {
    let stats = Stats::new(System);
    for n in [1, 2, 3, 7, 20] {
        let parent = RuledParent { rule: OneIn::new(n), parent: &stats };
        for seed in 0..6 {
            let pool = Pool::new_in(&parent);
            let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
            let failures = (0..2000).filter(|_| live.step(&pool, &mut random).is_err()).count();
            live.check();
            assert!(failures > 0 || n > 1);
            (0..live.len()).for_each(|_| live.free(&pool, 0));
            assert_eq!(pool.live_bytes(), 0);
            drop(pool);
            assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
        }
    }
}

#[test]
fn a_collection_without_memory_keeps_its_elements() {
    let stats = Stats::new(System);
    for index in 0..12 {
        let parent = RuledParent { rule: FailingRequests::from(index), parent: &stats };
        let pool = Pool::new_in(&parent);
        let mut numbers = VecIn::new_in(&pool);
        while numbers.try_reserve(1).is_ok() {
            numbers.push(numbers.len());
        }
        assert!(numbers.iter().copied().eq(0..numbers.len()) && (numbers.is_empty() == (index == 0)));
        parent.rule.heal();
        numbers.extend(numbers.len()..numbers.len() + 10);
        assert!(numbers.iter().copied().eq(0..numbers.len()));
    }
    assert_eq!(stats.snapshot().live_bytes, 0);
}
