//! Each block keeps the rules of `api`, with the figures that the table in `tests/combinations` does not look at.

use janus_alloc::api::{Allocator, AllocatorClone};
use janus_alloc::blocks::locked::{AllocatorLock, DefaultLock};
use janus_alloc::testing::conformance::{Failures, Options, Report, check, check_clones, check_global};
use janus_alloc::{Arena, AsGlobal, BlockPool, Failing, Global, Limit, Locked, Pages, Pool, SharedPool, Stats, System};

use crate::DEFAULT;

/// More than a run has live at a time.
const AMPLE: usize = usize::MAX;
/// Less than that.
const SCARCE: usize = 10_000;

fn options(failures: Failures) -> Options {
    Options { seed: 20_261_130, operations: 60_000, failures, strict_realign: true, ..Options::default() }
}

fn assert_worked(report: &Report, expected: Failures) {
    let some = report.operations / 50;
    assert!(report.allocations > some && report.grows > some && report.shrinks > some, "{report}");
    assert!(report.realigns > some && report.zero_sized > some && report.dangling > some / 2, "{report}");
    assert_eq!(report.deallocations, report.allocations, "{report}");
    match expected {
        Failures::Expected => assert!(report.failures > some / 5, "{report}"),
        Failures::NotExpected => assert!(report.failures < some, "{report}"),
    }
}

#[track_caller]
fn keeps_the_rules<A: Allocator>(allocator: A) -> Report {
    let report = check(allocator, &options(Failures::NotExpected)).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, Failures::NotExpected);
    report
}

/// Checks like [`keeps_the_rules`], for an allocator that refuses some requests.
#[track_caller]
fn refuses_by_the_rules<A: Allocator>(allocator: A) -> Report {
    let report = check(allocator, &options(Failures::Expected)).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, Failures::Expected);
    report
}

#[track_caller]
fn clones_keep_the_rules<A: AllocatorClone>(allocator: A) {
    let report =
        check_clones(allocator, &options(Failures::NotExpected)).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, Failures::NotExpected);
}

#[test]
fn limit() {
    let limit = Limit::new(System, SCARCE);
    refuses_by_the_rules(&limit);
    assert_eq!(limit.used(), 0);
    assert!(limit.peak() <= SCARCE && limit.peak() > SCARCE / 2, "{limit:?}");
    clones_keep_the_rules(&Limit::new(Global, AMPLE));
    // Blocks of a parent that returns longer ones.
    assert_eq!(keeps_the_rules(Limit::new(Pages::new(), AMPLE)).longer, 0);
}

#[test]
fn limits_in_limits() {
    let process = Limit::new(Stats::new(System), SCARCE);
    let tenant = Limit::new(&process, 2 * SCARCE);
    let request = Limit::new(&tenant, AMPLE);
    refuses_by_the_rules(&request);
    assert_eq!((process.used(), tenant.used(), request.used()), (0, 0, 0));
    assert_eq!(process.parent().snapshot().live_bytes, 0);
    assert!(process.peak() <= SCARCE && process.peak() == request.peak() && tenant.peak() == request.peak());
}

#[test]
fn limits_and_arenas() {
    let arena = Arena::new();
    let counted = Stats::new(Limit::new(&arena, AMPLE));
    keeps_the_rules(&counted);
    assert_eq!((counted.snapshot().live_bytes, counted.parent().used()), (0, 0));
    let arena = Arena::new();
    refuses_by_the_rules(Stats::new(Limit::new(&arena, SCARCE)));
    // Below the arena: it runs out for good, since an arena frees nothing.
    let limit = Limit::new(System, 1 << 22);
    let arena = Arena::new_in(&limit);
    let report = check(&arena, &options(Failures::Expected)).unwrap();
    assert!(report.failures > 0, "{report}");
    drop(arena);
    assert_eq!(limit.used(), 0);
}

#[test]
fn limit_below_a_pool() {
    let pool = SharedPool::new_in(Limit::new(Pages::new(), 3 << 20));
    let report = check(&pool, &options(Failures::Expected)).unwrap();
    assert!(report.failures > 0, "{report}");
    assert!(pool.parent().peak() <= 3 << 20);
}

#[test]
fn clones_of_locked() {
    clones_keep_the_rules(&Locked::new(Pool::new()));
}

/// The default of this process, while other tests use it.
#[test]
fn locked_as_the_default() {
    let report = check_global(&DEFAULT, &options(Failures::NotExpected)).unwrap();
    assert_worked(&report, Failures::NotExpected);
    let counted = AsGlobal::new(Stats::new(Locked::new(Limit::new(Pool::new_in(System), AMPLE))));
    let report = check_global(&counted, &options(Failures::NotExpected)).unwrap();
    assert_worked(&report, Failures::NotExpected);
    assert_eq!(counted.snapshot().live_blocks(), 0);
}

/// A lock from outside this crate.
struct Spin(std::sync::atomic::AtomicBool);

// SAFETY: one thread at a time sets it.
unsafe impl AllocatorLock for Spin {
    fn lock(&self) {
        while self.0.swap(true, std::sync::atomic::Ordering::Acquire) {
            std::thread::yield_now();
        }
    }

    unsafe fn unlock(&self) {
        self.0.store(false, std::sync::atomic::Ordering::Release);
    }
}

#[test]
fn locked_by_another_lock() {
    keeps_the_rules(Locked::with_lock(Pool::new(), Spin(false.into())));
    keeps_the_rules(Locked::with_lock(Pool::new(), DefaultLock::new()));
    #[cfg(feature = "lock_api")]
    keeps_the_rules(Locked::with_lock(Pool::new(), janus_alloc::blocks::locked::LockApi::<spin::Mutex<()>>::new()));
}

#[test]
fn failing() {
    keeps_the_rules(Failing::nth(Global, 100));
    clones_keep_the_rules(&Failing::nth(Global, 100));
    refuses_by_the_rules(Failing::chance(System, 7, 10));
    refuses_by_the_rules(Failing::chance(Pages::new(), 7, 10).always_moving());
    refuses_by_the_rules(Failing::above(Pool::new(), 10_000));
    let counted = Failing::chance(Limit::new(Stats::new(System), AMPLE), 3, 5).always_moving();
    refuses_by_the_rules(&counted);
    assert_eq!((counted.parent().used(), counted.parent().parent().snapshot().live_bytes), (0, 0));
    let report = check(Failing::from_nth(Arena::new(), 20_000), &options(Failures::Expected)).unwrap();
    assert!(report.failures > 1000 && report.allocations > 1000, "{report}");
}

/// An allocator above one that fails now and then passes the failure on, and loses nothing.
#[test]
fn above_an_allocator_that_fails() {
    let limit = Limit::new(Failing::chance(Stats::new(System), 1, 7), AMPLE);
    refuses_by_the_rules(&limit);
    assert_eq!((limit.used(), limit.parent().parent().snapshot().live_bytes), (0, 0));
    let few = Failing::chance(Stats::new(System), 3, 7);
    let report = check(Locked::new(Pool::new_in(&few)), &options(Failures::Expected)).unwrap();
    assert!(report.failures > 0, "{report}");
    assert_eq!(few.parent().snapshot().live_blocks(), 0);
}

#[test]
fn of_one_layout() {
    let layout = janus_alloc::api::Layout::new::<[u64; 8]>();
    let mut live = Options { max_size: 64, max_align: 8, ..options(Failures::Expected) };
    live.huge_layouts = true;
    let report = check(Locked::new(Limit::new(BlockPool::new_in(layout, System), 64 * 100)), &live).unwrap();
    assert!(report.allocations > 1000 && report.failures > 0, "{report}");
}
