//! The conformance kit reports each broken rule by its name: tests with allocators that have one fault each, and with their honest
//! twins.
#![cfg(feature = "std")]

mod base;
#[path = "../shared_pool/children.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod children;
mod contents;
mod dangling;
mod failures;
mod globals;
mod placement;
mod printed;
mod values;

use base::{Broken, Fault};
use janus_alloc::api::{Allocator, AllocatorClone};
use janus_alloc::testing::conformance::{Failures, Options, Report, Rule, Violation, check, check_clones};

const SEEDS: std::ops::Range<u64> = 0..10;

/// The number of operations within which the kit has to see a fault that shows in every call of its kind.
const OPERATIONS: usize = 2000;

fn options(seed: u64) -> Options {
    Options { seed, operations: OPERATIONS, failures: Failures::NotExpected, ..Options::default() }
}

/// Asserts that the run reports `rule` for every seed, and at the same operation when it is repeated.
#[track_caller]
fn assert_reported(rule: Rule, options: fn(u64) -> Options, run: impl Fn(&Options) -> Result<Report, Violation>) {
    for seed in SEEDS {
        let options = options(seed);
        let violation = run(&options).expect_err(&format!("{rule:?} was not seen with seed {seed}"));
        assert_eq!(violation.rule, rule, "{violation}");
        assert_eq!(violation.seed, seed);
        let again = run(&options).expect_err("the second run with the same seed reported nothing");
        assert_eq!((again.rule, again.operation), (rule, violation.operation), "{violation}\n{again}");
    }
}

/// Like [`assert_reported`], with a new allocator from `make` for each run.
#[track_caller]
fn reports<A: Allocator>(rule: Rule, make: impl Fn() -> A) {
    assert_reported(rule, options, |options| check(make(), options));
}

#[track_caller]
fn reports_clones<A: AllocatorClone>(rule: Rule, make: impl Fn() -> A) {
    assert_reported(rule, options, |options| check_clones(make(), options));
}

#[track_caller]
fn passes<A: Allocator>(make: impl Fn() -> A) {
    for seed in SEEDS {
        let options = Options { operations: 10 * OPERATIONS, strict_realign: true, ..options(seed) };
        let report = check(make(), &options).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.allocations > 1000 && report.grows > 1000 && report.shrinks > 1000, "{report}");
    }
}

/// Unwinds without the message of a panic.
fn unwind() -> ! {
    std::panic::resume_unwind(Box::new("deliberately"))
}

struct NoFault;
impl Fault for NoFault {}

struct NoFaultWithExcess;
impl Fault for NoFaultWithExcess {
    const RETURNS_EXCESS: bool = true;
}

#[test]
fn the_base_without_a_fault_passes() {
    passes(|| Broken::new(NoFault));
    passes(|| Broken::new(NoFaultWithExcess));
}

#[test]
fn a_run_depends_on_the_seed_and_the_options_only() {
    let run = |seed| check(Broken::new(NoFaultWithExcess), &options(seed)).unwrap();
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn extreme_options_are_accepted() {
    let ends = [0, 1, 3, 5000];
    for number in 0..ends.len().pow(3) {
        let (max_size, max_align, max_live) = (ends[number % 4], ends[number / 4 % 4], ends[number / 16]);
        let options = Options { max_size, max_align, max_live, ..options(1) };
        let report = check(Broken::new(NoFaultWithExcess), &options).unwrap();
        assert!(report.allocations > 100 && report.peak_live <= max_live.max(1) as u64, "{options:?}\n{report}");
    }
    let none = Options { operations: 0, ..Options::default() };
    assert_eq!(check(Broken::new(NoFault), &none).unwrap(), Report::default());
}

#[test]
fn a_violation_says_how_to_reproduce_it() {
    let violation = check(Broken::new(placement::ShortByOne), &options(5)).unwrap_err();
    let text = violation.to_string();
    for part in
        ["rule 1", "Length", "allocate", "size", "align", "seed 5", &format!("operation {}", violation.operation)]
    {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
    let error: &dyn std::error::Error = &violation;
    assert!(error.source().is_none());
}
