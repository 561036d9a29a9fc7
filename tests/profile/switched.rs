//! A profile that its type switches off: the parent, and nothing beside it.

use janus_alloc::api::{Allocator, GlobalAllocator, Layout, Owns, Reset, UsableSize};
use janus_alloc::blocks::profile::{Report, Sampling, Value};
use janus_alloc::collections::Vec;
use janus_alloc::testing::conformance::{Failures, Options, check, check_global};
use janus_alloc::{Arena, AsGlobal, Profile, SharedPool, Stats, System};
use static_assertions::{assert_impl_all, assert_type_eq_all};

assert_type_eq_all!(Profile<System>, Profile<System, true>);
assert_impl_all!(Profile<SharedPool, false>: GlobalAllocator, Owns, UsableSize, Send, Sync);
assert_impl_all!(Profile<Arena, false>: Reset);

const SAMPLINGS: [Sampling; 3] = [Sampling::All, Sampling::EveryBytes(100), Sampling::Off];

fn options() -> Options {
    Options { seed: 30, operations: 10_000, failures: Failures::NotExpected, ..Options::default() }
}

fn assert_empty(report: &Report) {
    assert_eq!(report.sampling(), Sampling::Off);
    assert_eq!((report.total_bytes(), report.total_blocks(), report.samples(), report.lost()), (0, 0, 0, 0));
    assert!(report.sites().is_empty());
}

#[test]
fn nothing_is_sampled() {
    for sampling in SAMPLINGS {
        let profile: Profile<_, false> = Profile::switched(Stats::new(System), sampling).seed(1);
        assert_eq!(profile.sampling(), Sampling::Off);
        check(&profile, &options()).unwrap();
        assert_empty(&profile.report());
        let counts = profile.parent().snapshot();
        assert!(counts.allocations > 1000 && counts.live_blocks() == 0, "{counts:?}");
    }
}

#[test]
fn as_a_default() {
    static POOL: AsGlobal<Profile<SharedPool, false>> =
        AsGlobal::new(Profile::switched(SharedPool::new(), Sampling::All));
    check_global(&POOL, &options()).unwrap();
    assert_empty(&POOL.report());
}

/// The files of an empty report are files that their readers take.
#[test]
fn files_without_sites() {
    let profile: Profile<_, false> = Profile::switched(System, Sampling::All);
    let numbers = Vec::<u64, _>::with_capacity_in(100, &profile);
    let report = profile.report();
    let (mut dhat, mut pprof, mut stacks) = (std::vec::Vec::new(), std::vec::Vec::new(), std::vec::Vec::new());
    report.write_dhat(&mut dhat).unwrap();
    report.write_pprof(&mut pprof).unwrap();
    report.write_collapsed(Value::TotalBytes, &mut stacks).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&dhat).unwrap()["pps"].as_array().unwrap().is_empty());
    assert!(!pprof.is_empty() && stacks.is_empty());
    drop(numbers);
}

/// The same code, switched either way.
#[test]
fn switched_on() {
    fn total<const ON: bool>() -> u64 {
        let profile: Profile<_, ON> = Profile::switched(System, Sampling::All);
        let layout = Layout::new::<[u8; 100]>();
        let block = profile.allocate(layout).unwrap();
        assert_eq!(block.len(), 100);
        // SAFETY: just allocated with that layout.
        unsafe { profile.deallocate(block.cast(), layout) };
        profile.report().total_bytes()
    }
    assert_eq!((total::<true>(), total::<false>()), (100, 0));
}

/// The function that chooses the sampling is called where the profile is switched on only.
#[test]
fn chosen_at_first_use() {
    fn sampling<const ON: bool>() -> Sampling {
        let profile: Profile<_, ON> = Profile::switched_from(System, || Sampling::EveryBytes(7));
        profile.sampling()
    }
    assert_eq!((sampling::<true>(), sampling::<false>()), (Sampling::EveryBytes(7), Sampling::Off));
}

#[cfg(unix)]
#[test]
fn a_panic_of_the_choice_ends_the_process() {
    let message = "janus-alloc: the function that chooses the sampling of a `Profile` panicked";
    crate::aborts::aborts("switched::a_panic_of_the_choice_ends_the_process", message, || {
        let profile: Profile<_> = Profile::switched_from(System, || panic!("no sampling"));
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            drop(Vec::<u8, _>::with_capacity_in(9, &profile));
        }));
        unreachable!("the process has ended");
    });
}
