//! A row of the table.

use std::fmt;
use std::mem::MaybeUninit;

use janus_alloc::api::Allocator;
use janus_alloc::tag;
use janus_alloc::testing::conformance::{Failures, Options, Report, Violation, check};

/// An allocator that the kit runs over, under the name of its type.
pub(crate) struct Row {
    pub(crate) type_name: &'static str,
    pub(crate) load: Load,
    pub(crate) check: fn(&Options) -> Result<Report, Violation>,
}

/// The number and the sizes of the requests.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Load {
    /// Memory suffices, so requests do not fail.
    Ample,
    /// Like `Ample`, for requests that take long.
    Few,
    /// The kit reaches a limit, and requests fail.
    Scarce,
    /// The memory runs out for good, and nearly all requests fail in the end.
    Exhausted,
    /// No request is served.
    Nothing,
}

impl Load {
    fn options(self) -> Options {
        let ample = Options {
            seed: 20_261_129,
            operations: 30_000,
            strict_realign: true,
            failures: Failures::NotExpected,
            ..Options::default()
        };
        match self {
            Self::Ample => ample,
            Self::Few => Options { operations: 4000, ..ample },
            Self::Scarce | Self::Exhausted | Self::Nothing => {
                Options { failures: Failures::Expected, max_size: 4096, max_live: 48, ..ample }
            }
        }
    }

    /// Returns whether the report has the counts that this load is to cause.
    fn is_in(self, report: &Report) -> bool {
        let some = report.operations / 100;
        let all_kinds = report.allocations > some
            && report.grows > some
            && report.shrinks > some
            && report.zero_sized > some
            && report.dangling > some / 2
            && report.realigns > some / 2
            && report.moves > some / 5;
        let freed = report.deallocations == report.allocations;
        freed
            && match self {
                Self::Ample | Self::Few => all_kinds && report.failures < some,
                Self::Scarce => all_kinds && report.failures > some / 5,
                Self::Exhausted => report.allocations > 0 && report.failures > some,
                Self::Nothing => report.allocations == 0 && report.failures > some,
            }
    }
}

impl Row {
    /// Returns the name of the type, in one line.
    pub(crate) fn name(&self) -> String {
        self.type_name.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Runs the kit, under a tag.
    pub(crate) fn run(&self) -> Outcome {
        let _tag = tag("a row of the table");
        match (self.check)(&self.load.options()) {
            Ok(report) => {
                let requests = report.allocations + report.grows + report.shrinks + report.failures;
                let fault = (!self.load.is_in(&report)).then(|| format!("the run was not as meant: {report}"));
                Outcome { requests, failures: report.failures, fault }
            }
            Err(violation) => Outcome { requests: 0, failures: 0, fault: Some(violation.to_string()) },
        }
    }
}

/// The result of a row.
pub(crate) struct Outcome {
    requests: u64,
    failures: u64,
    pub(crate) fault: Option<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = self.fault.as_deref().unwrap_or("ok");
        write!(f, "{:>9} {:>8} {verdict}", self.requests, self.failures)
    }
}

/// Makes the rows of types and values. Names after `with` are variables that the value uses, in the order in which they are made.
macro_rules! rows {
    ($($(#[$attribute:meta])* $load:ident: $type:ty = $allocator:expr $(, with $name:ident = $value:expr)*;)*) => {
        pub(crate) static ROWS: &[$crate::row::Row] = &[$(
            $(#[$attribute])*
            $crate::row::Row {
                type_name: stringify!($type),
                load: $crate::row::Load::$load,
                check: |options| {
                    $(let $name = $value;)*
                    let allocator: $type = $allocator;
                    $crate::row::checked(allocator, options)
                },
            },
        )*];
    };
}

pub(crate) use rows;

/// Runs the kit over `allocator`.
pub(crate) fn checked<A: Allocator>(allocator: A, options: &Options) -> Result<Report, Violation> {
    check(allocator, options)
}

/// A byte of a buffer.
pub(crate) const BYTE: MaybeUninit<u8> = MaybeUninit::uninit();
/// More than a run has live at a time.
pub(crate) const AMPLE: usize = usize::MAX;
/// Less than that.
pub(crate) const SCARCE: usize = 10_000;
