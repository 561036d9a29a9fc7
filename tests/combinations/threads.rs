//! Combinations that threads share, each thread with its own blocks, as the kit runs in one thread only.

use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::testing::conformance::{Failures, Options, check};
use janus_alloc::{
    ByTag, Fallback, Guard, Limit, Locked, Pages, Pool, Segregate, SharedPool, Stats, SyncArena, System, Zeroizing,
};

fn by_threads<A: Allocator + Sync>(allocator: &A) {
    thread::scope(|threads| {
        for seed in 0..4 {
            threads.spawn(move || {
                let failures = Failures::NotExpected;
                let options = Options { seed, operations: 5000, strict_realign: true, failures, ..Options::default() };
                let report = check(allocator, &options).unwrap_or_else(|violation| panic!("{violation}"));
                assert!(report.allocations > 100 && report.deallocations == report.allocations, "{report}");
            });
        }
    });
}

#[test]
fn fallback_of_a_segregate() {
    let heap = Stats::new(System);
    by_threads(&Fallback::new(Segregate::<128, _, _>::new(SharedPool::new(), SyncArena::new()), &heap));
    assert_eq!(heap.snapshot().live_blocks(), 0);
}

#[test]
fn guard_of_a_quota_tree() {
    let process = Limit::new(Stats::new(SharedPool::new()), usize::MAX);
    let tenant = Limit::new(&process, usize::MAX);
    by_threads(&Guard::new(ByTag::new(&tenant)));
    assert_eq!((tenant.used(), process.used(), process.parent().snapshot().live_blocks()), (0, 0, 0));
}

#[test]
fn locked_pool_over_a_pool() {
    let pool = SharedPool::new_in(Limit::new(Zeroizing::new(Pages::new()), usize::MAX));
    by_threads(&Stats::new(Locked::new(Pool::new_in(&pool))));
    assert_eq!(pool.stats().live_bytes(), 0);
}
