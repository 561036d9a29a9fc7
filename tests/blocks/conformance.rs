//! The conformance kit, with the options of this binary.

use janus_alloc::api::Allocator;
use janus_alloc::testing::conformance::{Failures, Options, Report, check};

/// For allocators without a limit that a run could reach.
pub(crate) fn options(operations: usize) -> Options {
    Options {
        seed: 20_261_129,
        operations,
        strict_realign: true,
        failures: Failures::NotExpected,
        ..Options::default()
    }
}

/// For allocators with a limit: smaller blocks, so that not every request meets the limit.
pub(crate) fn limited(operations: usize) -> Options {
    Options { failures: Failures::Expected, max_size: 4096, max_live: 48, ..options(operations) }
}

/// Checks that `allocator` keeps the rules, and that the run saw something.
#[track_caller]
pub(crate) fn keeps_the_rules<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    let some = report.operations / 100;
    assert!(report.allocations > some && report.grows > some && report.shrinks > some, "{report}");
    assert!(report.zero_sized > some && report.dangling > some / 2 && report.realigns > some, "{report}");
    assert!(report.moves > some / 5, "{report}");
    assert_eq!(report.deallocations, report.allocations, "{report}");
    match options.failures {
        Failures::Expected => assert!(report.failures > 0, "{report}"),
        _ => assert!(report.failures < report.operations / 100, "{report}"),
    }
    report
}
