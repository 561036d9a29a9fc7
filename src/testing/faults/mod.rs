//! Runs code with each of its requests for memory failing in turn, and reports what it does wrong then.
//!
//! ```
//! use janus_alloc::collections::{TryReserveError, Vec};
//! use janus_alloc::testing::faults::exhaust;
//!
//! let report = exhaust(|allocator| {
//!     let mut squares = Vec::try_with_capacity_in(4, allocator)?;
//!     for n in 0..10_u64 {
//!         squares.try_push(n * n)?;
//!     }
//!     Ok::<_, TryReserveError>(squares.iter().sum::<u64>())
//! });
//! assert_eq!(report.failures(), 3); // the buffer, and its growth to 8 and to 16 elements
//! assert!(report.is_clean(), "{report}");
//! ```
//!
//! The code must take the allocator by parameter and use `try_` methods: the others end the process when a request fails. It may use
//! threads that end before it returns.
//!
//! | fault | the code |
//! | --- | --- |
//! | [`Panicked`](FaultKind::Panicked) | panics |
//! | [`Leaked`](FaultKind::Leaked) | does not free a block |
//! | [`Swallowed`](FaultKind::Swallowed) | returns `Ok` although a request failed |
//! | [`Misused`](FaultKind::Misused) | frees, grows or shrinks a block that is not live, or with a layout that does not fit it |
//! | [`Refused`](FaultKind::Refused) | returns `Err` although no request failed |
//! | [`Changed`](FaultKind::Changed) | makes fewer requests than in an earlier run |
//!
//! Some code may swallow a failure: a pool that is refused a large chunk asks for a small one. Look at the kinds of
//! [`faults`](Report::faults) then, instead of [`is_clean`](Report::is_clean).
//!
//! Set `RUST_BACKTRACE=1` to see where the failed request was made, and where a leaked block was allocated.
//!
//! The idea is that of `checkAllAllocationFailures` in Zig's standard library.

mod allocator;
mod ledger;
mod report;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use allocator::FaultAllocator;
pub use report::{Fault, FaultKind, Report};

use crate::blocks::Failing;
use ledger::Ledger;

/// Runs `work` once for each of its requests with that request failing, and at last once without a failure.
///
/// The run with the number `n`, counted from 0, has an allocator of its own, whose request `n` fails and no other does. The runs end with the
/// first one that makes no more than `n` requests. So code that makes 100 requests runs 101 times. A request is a call that may fail: the
/// same that [`Failing`] counts.
///
/// The allocator never grows a block in place, fills new blocks and freed ones with patterns, and frees what a run leaked. A
/// panic is caught, and prints its message. (In a program built with `panic = "abort"` it ends the process.)
///
/// # Examples
///
/// Code that leaks where its second request fails:
///
/// ```
/// use janus_alloc::api::AllocError;
/// use janus_alloc::collections::Box;
/// use janus_alloc::testing::faults::{FaultKind, exhaust};
///
/// let report = exhaust(|allocator| {
///     let first = Box::leak(Box::try_new_in(1_u64, allocator)?);
///     let second = Box::try_new_in(2_u64, allocator)?;
///     // SAFETY: leaked above, and not used again.
///     drop(unsafe { Box::from_raw_in(first, allocator) });
///     Ok::<_, AllocError>(*second)
/// });
/// assert_eq!(report.failures(), 2);
/// assert_eq!(report.faults().len(), 1);
/// assert_eq!(report.faults()[0].kind, FaultKind::Leaked { blocks: 1, bytes: 8 });
/// println!("{report}");
/// ```
pub fn exhaust<T, E>(work: impl FnMut(&FaultAllocator) -> Result<T, E>) -> Report {
    run_all(Failing::nth, work)
}

/// Runs `work` like [`exhaust`] does, but in the run with the number `n` every request from `n` on fails, also those made while the code
/// handles the first failure: memory has run out.
///
/// # Examples
///
/// Code that tries again succeeds when one request fails, but not when memory has run out:
///
/// ```
/// use janus_alloc::collections::Box;
/// use janus_alloc::testing::faults::{FaultAllocator, FaultKind, exhaust, exhaust_from};
///
/// let twice = |allocator: &FaultAllocator| {
///     let boxed = Box::try_new_in(1, allocator).or_else(|_| Box::try_new_in(1, allocator));
///     boxed.map(|boxed| *boxed)
/// };
/// assert_eq!(exhaust(twice).faults()[0].kind, FaultKind::Swallowed);
/// assert!(exhaust_from(twice).is_clean());
/// ```
pub fn exhaust_from<T, E>(work: impl FnMut(&FaultAllocator) -> Result<T, E>) -> Report {
    run_all(Failing::from_nth, work)
}

fn run_all<T, E>(
    rule: impl Fn(Ledger, usize) -> Failing<Ledger>,
    mut work: impl FnMut(&FaultAllocator) -> Result<T, E>,
) -> Report {
    let mut report = Report::default();
    for number in 0.. {
        let allocator = FaultAllocator::new(rule(Ledger::default(), number), number);
        // The result is dropped inside the closure, because its drop may panic.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&allocator).is_ok()));
        let failed = allocator.failed_request();
        let kind = match (outcome, failed) {
            (Err(payload), _) => Some(FaultKind::Panicked(report::message(payload))),
            (Ok(true), Some(_)) => Some(FaultKind::Swallowed),
            (Ok(false), None) => Some(FaultKind::Refused),
            (Ok(true), None) | (Ok(false), Some(_)) => None,
        };
        let requests = allocator.requests();
        let changed = (failed.is_none() && requests < number).then_some(FaultKind::Changed { requests });
        let (leak, origin) = allocator.leak().unzip();
        for kind in allocator.misuses().into_iter().chain(kind).chain(changed).chain(leak) {
            let origin = origin.as_ref().filter(|_| matches!(kind, FaultKind::Leaked { .. }));
            report.add(Fault::new(kind, number, failed, origin));
        }
        report.requests = report.requests.max(requests);
        if failed.is_none() {
            report.failures = number;
            break;
        }
    }
    report
}
