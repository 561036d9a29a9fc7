//! `SharedPool`, unchecked and checked, with each `Retain`, over every kind of parent, and shared by threads.

use std::thread;

use super::*;
use crate::each_parent::{self, ParentCheck};
use crate::parents::{ByteLimit, RuledParent};
use janus_alloc::pools::{self, Retain};
use janus_alloc::{Malloc, Pages, SharedPool};

const UNCHECKED: pools::Options = pools::Options::new().checked(false);
const RETAINS: [Retain; 4] = [Retain::Nothing, Retain::Bounded(0), Retain::Bounded(16 << 20), Retain::Everything];

/// Options with many blocks of megabytes, which come from the parent one by one.
fn large(operations: usize) -> Options {
    let all = options(operations);
    Options { max_size: 8 << 20, max_live: 16, ..all }
}

#[track_caller]
fn over<A: Allocator>(parent: impl Fn() -> A, operations: usize, pool_options: pools::Options) {
    for retain in RETAINS {
        for checked in [false, true] {
            let pool = || SharedPool::with_options_in(pool_options.retain(retain).checked(checked), parent());
            // By value, so the kit moves it now and then.
            keeps_the_rules(pool(), &options(operations));
            let pool = pool();
            keeps_the_rules_in_a_short_run(&pool, &large(operations / 20));
            let stats = pool.stats();
            assert_eq!(stats.live_bytes(), 0, "{stats}");
            pool.collect();
            check_clones(&pool, &options(operations / 4)).unwrap_or_else(|violation| panic!("{violation}"));
        }
    }
}

#[test]
fn over_pages() {
    keeps_the_rules(SharedPool::with_options(UNCHECKED), &options(MILLION));
    keeps_the_rules(SharedPool::new(), &options(MILLION / 4));
    over(Pages::new, MILLION / 20, pools::Options::new());
    over(Pages::new, MILLION / 50, pools::Options::new().huge_pages(false));
}

#[test]
fn over_system() {
    keeps_the_rules(SharedPool::with_options_in(UNCHECKED, System), &options(MILLION));
    over(|| System, MILLION / 20, pools::Options::new());
}

#[test]
fn over_stats() {
    let (of_system, of_pages) = (Stats::new(System), Stats::new(Pages::new()));
    over(|| &of_system, MILLION / 20, pools::Options::new());
    over(|| &of_pages, MILLION / 20, pools::Options::new());
    for stats in [of_system.snapshot(), of_pages.snapshot()] {
        assert_eq!((stats.live_blocks(), stats.live_bytes), (0, 0), "{stats}");
    }
}

#[test]
fn over_malloc_and_global() {
    over(|| Malloc, MILLION / 50, pools::Options::new());
    over(|| Global, MILLION / 50, pools::Options::new());
}

#[test]
fn over_a_pool() {
    let outer = SharedPool::with_options(UNCHECKED);
    over(|| &outer, MILLION / 50, pools::Options::new());
    assert_eq!(outer.stats().live_bytes(), 0);
}

struct SharedPools;

impl ParentCheck for SharedPools {
    fn check<A: Allocator>(parent: impl Fn() -> A) {
        for checked in [false, true] {
            let pool = SharedPool::with_options_in(UNCHECKED.checked(checked), parent());
            keeps_the_rules_in_a_short_run(&pool, &options(MILLION / 100));
            assert_eq!(pool.stats().live_bytes(), 0);
        }
    }
}

#[test]
fn over_each_parent() {
    each_parent::sources_and_adapters::<SharedPools>();
    each_parent::arenas_and_pools::<SharedPools>();
    SharedPools::check(|| Pages::new().huge_pages(true));
}

#[test]
fn over_null() {
    let report =
        check(SharedPool::new_in(Null), &options(MILLION / 100)).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.failures > report.operations / 5, "{report}");
}

#[test]
fn over_a_limited_parent() {
    for bytes in [200_000, 3 << 20, 10 << 20] {
        let parent = RuledParent { rule: ByteLimit::new(bytes), parent: System };
        for checked in [false, true] {
            let pool = SharedPool::with_options_in(UNCHECKED.checked(checked), &parent);
            let report = check(&pool, &options(MILLION / 50)).unwrap_or_else(|violation| panic!("{violation}"));
            assert!(report.failures > 20 || bytes > 4 << 20, "{report}");
            drop(pool);
            assert_eq!(parent.rule.remaining(), bytes, "memory was lost");
        }
    }
}

#[test]
fn as_a_global() {
    global_keeps_the_rules(&AsGlobal::new(SharedPool::with_options(UNCHECKED)), &options(MILLION / 4));
    global_keeps_the_rules(&AsGlobal::new(Stats::new(SharedPool::with_options(UNCHECKED))), &options(MILLION / 10));
    static CHECKED: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
    static GLOBAL: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::with_options(UNCHECKED));
    global_keeps_the_rules(&CHECKED, &options(MILLION / 10));
    keeps_the_rules(&GLOBAL, &options(MILLION / 10));
    clones_keep_the_rules(&GLOBAL, &options(MILLION / 10));
    for pool in [&CHECKED, &GLOBAL] {
        assert_eq!(pool.stats().live_bytes(), 0);
        pool.collect();
        assert!(pool.stats().held_bytes() < 1 << 20, "a chunk was kept");
    }
}

#[test]
fn shared_by_threads() {
    for retain in RETAINS {
        for checked in [false, true] {
            let stats = Stats::new(System);
            let pool_options = UNCHECKED.checked(checked).retain(retain);
            let pool = SharedPool::with_options_in(pool_options, &stats);
            let part = options(if checked { MILLION / 200 } else { MILLION / 40 });
            thread::scope(|scope| {
                for number in 0..4 {
                    let pool = &pool;
                    scope.spawn(move || {
                        keeps_the_rules_in_a_short_run(pool, &Options { seed: part.seed + 1000 * number, ..part });
                    });
                }
            });
            assert_eq!(pool.stats().live_bytes(), 0);
            drop(pool);
            assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
        }
    }
}
