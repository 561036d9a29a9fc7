//! A profile keeps the rules of allocators with each sampling and over each parent.

use janus_alloc::api::{AllocatorClone, CallsMalloc, GlobalAllocator, Owns, Reset, StaticAllocator, UsableSize};
use janus_alloc::blocks::profile::Sampling;
use janus_alloc::testing::conformance::{Failures, Options, check, check_clones, check_global};
use janus_alloc::{Arena, AsGlobal, Global, Pages, Profile, SharedPool, Stats, System};
use static_assertions::{assert_impl_all, assert_not_impl_any};

assert_impl_all!(Profile<System>: StaticAllocator, GlobalAllocator, CallsMalloc, Send, Sync, Default);
assert_impl_all!(Profile<SharedPool>: GlobalAllocator, Owns, UsableSize);
assert_impl_all!(Profile<Arena>: Reset);
assert_impl_all!(&Profile<System>: AllocatorClone);
assert_not_impl_any!(Profile<Global>: GlobalAllocator);
assert_not_impl_any!(Profile<Arena>: Sync, GlobalAllocator);
assert_not_impl_any!(Profile<System>: Owns, UsableSize, Clone, Reset);

const SAMPLINGS: [Sampling; 4] =
    [Sampling::All, Sampling::Off, Sampling::EveryBytes(1000), Sampling::EveryBytes(512 << 10)];

fn options(operations: usize) -> Options {
    Options { seed: 14, operations, strict_realign: true, failures: Failures::NotExpected, ..Options::default() }
}

#[test]
fn over_the_system() {
    for sampling in SAMPLINGS {
        let profile = Profile::with_sampling(System, sampling);
        check(&profile, &options(30_000)).unwrap();
        let report = profile.report();
        assert_eq!((report.live_bytes(), report.live_blocks(), report.samples(), report.lost()), (0, 0, 0, 0));
        assert_eq!(report.total_blocks() > 0, sampling != Sampling::Off);
        // By value: it is moved meanwhile.
        check(profile, &options(10_000)).unwrap();
    }
}

#[test]
fn over_other_allocators() {
    for sampling in SAMPLINGS {
        check(Profile::with_sampling(Pages::new(), sampling), &options(3_000)).unwrap();
        check(Profile::with_sampling(SharedPool::new(), sampling), &options(20_000)).unwrap();
        check(Profile::with_sampling(Arena::new_in(System), sampling), &options(10_000)).unwrap();
        check(Profile::with_sampling(Profile::with_sampling(System, sampling), sampling), &options(10_000)).unwrap();
        check_clones(&Profile::with_sampling(Stats::new(System), sampling), &options(10_000)).unwrap();
    }
}

#[test]
fn as_a_default() {
    static PROFILE: AsGlobal<Profile<SharedPool>> =
        AsGlobal::new(Profile::with_sampling(SharedPool::new(), Sampling::EveryBytes(500)));
    check_global(&PROFILE, &options(30_000)).unwrap();
    check_global(&crate::DEFAULT, &options(30_000)).unwrap();
    assert_eq!(PROFILE.report().live_bytes(), 0);
}

/// With all sampled it counts what `Stats` counts.
#[test]
fn counts_as_stats_does() {
    for seed in 0..5 {
        let stats = Stats::new(Profile::with_sampling(System, Sampling::All));
        let by_kit = check(&stats, &Options { seed, ..options(20_000) }).unwrap();
        let (counted, report) = (stats.snapshot(), stats.parent().report());
        assert!(by_kit.grows > 100 && by_kit.shrinks > 100);
        assert_eq!(report.total_blocks(), counted.allocations);
        assert_eq!(report.total_bytes(), counted.total_bytes);
        assert_eq!(report.peak_bytes(), counted.peak_bytes);
        assert_eq!((report.live_bytes(), counted.live_bytes), (0, 0));
    }
}
