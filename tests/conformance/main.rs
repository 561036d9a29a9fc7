//! Every allocator of this crate, and some of other crates, keeps the rules of `janus_alloc::api`.
//!
//! `JANUS_OPERATIONS=100000000 cargo test --release --test conformance` makes that many operations in place of a million, and
//! scales the other tests in proportion, down to a minimum. `JANUS_SEED` chooses another random sequence.
#![cfg(feature = "std")]

mod adapters;
#[cfg(any(unix, windows))]
mod arenas;
mod blocks;
#[cfg(any(unix, windows))]
#[path = "../arenas/each_parent.rs"]
mod each_parent;
mod others;
#[cfg(any(unix, windows))]
mod pages;
#[path = "../arenas/parents.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod parents;
#[cfg(any(unix, windows))]
mod pools;
#[cfg(any(unix, windows))]
mod shared_pools;
mod sources;

use std::env;

use bumpalo::Bump;
use janus_alloc::api::{Allocator, AllocatorClone, GlobalAlloc};
use janus_alloc::testing::conformance::{Failures, Options, Report, check, check_clones, check_global};
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Global, Null, Stats, System};

const MILLION: usize = 1_000_000;

/// Returns options with `operations` operations, scaled by `JANUS_OPERATIONS` divided by a million.
fn options(operations: usize) -> Options {
    let number = |name| env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")));
    Options {
        seed: number("JANUS_SEED").unwrap_or(20_261_122) as u64,
        operations: number("JANUS_OPERATIONS").map_or(operations, |requested| {
            usize::max((operations as f64 * (requested as f64 / MILLION as f64)) as usize, operations.min(100_000))
        }),
        strict_realign: true,
        // Tests of allocators with a limit check the number of failures themselves.
        failures: Failures::NotExpected,
        ..Options::default()
    }
}

/// Asserts that each kind of call occurred often in the run, and that requests rarely failed.
#[track_caller]
fn assert_worked(report: &Report, options: &Options) {
    let some = report.operations / 50;
    assert!(report.allocations > some, "{report}");
    assert!(report.grows > some && report.shrinks > some && report.realigns > some, "{report}");
    assert!(report.zero_sized > some, "{report}");
    assert!(report.dangling > report.operations / 100, "{report}");
    assert!(report.failures < report.operations / 100, "{report}");
    assert!(report.huge_requests > report.operations / 100 || !options.huge_layouts, "{report}");
    assert!(report.moves > report.operations / 300, "{report}");
    assert!(report.bytes_checked > 1000 * report.operations, "{report}");
    assert!(report.deallocations == report.allocations, "{report}");
}

#[track_caller]
fn keeps_the_rules<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

/// Like [`keeps_the_rules`], but requests may fail any number of times.
#[cfg(any(unix, windows))]
#[track_caller]
fn keeps_the_rules_with_failures<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.allocations > report.operations / 50 && report.shrinks > 0, "{report}");
    assert_eq!(report.deallocations, report.allocations, "{report}");
    report
}

/// Like [`keeps_the_rules`], for runs too short for every kind of call to occur often.
#[cfg(any(unix, windows))]
#[track_caller]
fn keeps_the_rules_in_a_short_run<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = keeps_the_rules_with_failures(allocator, options);
    assert!(report.failures < report.operations / 100, "{report}");
    report
}

#[track_caller]
fn clones_keep_the_rules<A: AllocatorClone>(allocator: A, options: &Options) -> Report {
    let report = check_clones(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

#[track_caller]
fn global_keeps_the_rules<G: GlobalAlloc + ?Sized>(global: &G, options: &Options) -> Report {
    let report = check_global(global, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}
