//! Programs without a bug: a guard keeps the rules of every allocator, and reports nothing.

use janus_alloc::api::{Allocator, AllocatorClone};
use janus_alloc::collections::{BTreeMap, HashMap, String as StringIn, Vec as VecIn};
use janus_alloc::testing::conformance::{Failures, Options, Report, check, check_clones};
use janus_alloc::{Arena, BlockPool, FixedArena, Guard, Pages, Pool, SharedPool, Stats, System};

const MILLION: usize = 1_000_000;

fn options(operations: usize) -> Options {
    Options { seed: 14, operations, strict_realign: true, failures: Failures::NotExpected, ..Options::default() }
}

#[track_caller]
fn keeps_the_rules<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    let some = report.operations / 50;
    assert!(report.allocations > some && report.grows > some && report.shrinks > some, "{report}");
    assert!(report.realigns > some && report.zero_sized > some && report.moves > 0, "{report}");
    assert_eq!(report.longer, 0, "blocks are as long as requested: {report}");
    report
}

#[track_caller]
fn clones_keep_the_rules<A: AllocatorClone>(allocator: A, options: &Options) {
    check_clones(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
}

/// A million random operations of all kinds, over every size, align and resize.
#[test]
fn a_million_operations() {
    let report = keeps_the_rules(Guard::new(System), &options(MILLION));
    assert!(report.operations >= MILLION as u64 && report.failures == 0, "{report}");
}

#[test]
fn a_shared_pool() {
    keeps_the_rules(Guard::new(SharedPool::new()), &options(MILLION / 4));
}

/// Which gives each block back at once, and reuses it.
#[test]
fn without_a_quarantine() {
    keeps_the_rules(Guard::new(SharedPool::new()).quarantine_bytes(0), &options(MILLION / 4));
}

#[test]
fn without_red_zones() {
    keeps_the_rules(Guard::new(System).red_zone_bytes(0), &options(MILLION / 10));
}

#[test]
fn with_red_zones_of_any_size() {
    for bytes in [1, 7, 100, 5000] {
        keeps_the_rules(Guard::new(System).red_zone_bytes(bytes).quarantine_bytes(100_000), &options(MILLION / 50));
    }
}

#[test]
fn by_reference() {
    let guard = Guard::new(System);
    keeps_the_rules(&guard, &options(MILLION / 10));
    clones_keep_the_rules(&guard, &options(MILLION / 10));
    clones_keep_the_rules(guard.call_site(), &options(MILLION / 10));
    guard.check();
    assert_eq!((guard.live_blocks(), guard.live_bytes()), (0, 0));
}

#[test]
fn an_arena() {
    keeps_the_rules(Guard::new(Arena::new_in(Pages::new())), &options(MILLION / 20));
}

/// The parent fails, and a request is served from what was in quarantine, or fails.
#[test]
fn a_parent_with_little_memory() {
    let mut buffer = vec![std::mem::MaybeUninit::uninit(); 8 << 20];
    let arena: FixedArena<'_> = FixedArena::new(&mut buffer);
    let limits = Options { max_size: 10_000, max_live: 40, failures: Failures::Expected, ..options(MILLION / 50) };
    let report = check(Guard::new(&arena), &limits).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.failures > 100 && report.allocations > 100, "{report}");
}

#[test]
fn pages() {
    let report = keeps_the_rules(Guard::pages(), &options(MILLION / 20));
    assert_eq!(report.failures, 0, "{report}");
    keeps_the_rules(Guard::pages().quarantine_bytes(0), &options(MILLION / 50));
    keeps_the_rules(Guard::new(Pages::new()), &options(MILLION / 50));
}

/// Below other blocks and pools.
#[test]
fn below_others() {
    let few = options(MILLION / 50);
    let guard = Guard::new(System);
    let longer = |report: &Report| assert!(report.allocations > few.operations as u64 / 50, "{report}");
    longer(&check(Stats::new(&guard), &few).unwrap());
    longer(&check(Pool::new_in(&guard), &few).unwrap());
    longer(&check(Arena::new_in(&guard), &few).unwrap());
    longer(&check(SharedPool::new_in(&guard), &few).unwrap());
    assert_eq!(guard.live_blocks(), 0, "all of them have given everything back");
}

#[cfg(feature = "backtrace")]
#[test]
fn with_backtraces() {
    let few = options(MILLION / 50);
    keeps_the_rules(Guard::new(SharedPool::new()).backtraces(true), &few);
    keeps_the_rules(Guard::new(janus_alloc::Global).backtraces(true), &few);
}

#[test]
fn collections() {
    for guard in [Guard::new(System), Guard::new(System).quarantine_bytes(10_000)] {
        let mut map = HashMap::new_in(&guard);
        let mut tree = BTreeMap::new_in(&guard);
        let mut texts = VecIn::new_in(&guard);
        for n in 0..5000_usize {
            map.insert(n, n * n);
            tree.insert(n * 7919 % 5003, n);
            let mut text = StringIn::new_in(&guard);
            (0..n % 50).for_each(|_| text.push('x'));
            texts.push(text);
            if n % 3 == 0 {
                map.remove(&(n / 2));
                tree.pop_first();
                texts.swap_remove(n / 5);
            }
            if n % 1000 == 0 {
                texts.shrink_to_fit();
                map.shrink_to_fit();
                guard.check();
            }
        }
        drop((map, tree, texts));
        let pool: BlockPool<_> = BlockPool::for_type_in::<u64>(&guard);
        drop((0..100_u64).map(|n| janus_alloc::collections::Box::new_in(n, &pool)).collect::<Vec<_>>());
        drop(pool);
        assert_eq!(guard.live_blocks(), 0);
        guard.check_leaks();
    }
}
