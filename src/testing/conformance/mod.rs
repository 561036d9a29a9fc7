//! Checks whether an allocator keeps [the rules](crate::api#the-rules), by random operations and a shadow model.
//!
//! ```
//! use janus_alloc::System;
//! use janus_alloc::testing::conformance::{Failures, Options, check};
//!
//! let options = Options { seed: 7, operations: 10_000, failures: Failures::NotExpected, ..Options::default() };
//! let report = check(System, &options).unwrap();
//! println!("{report}");
//! ```
//!
//! The kit owns the allocator and calls every method of it in a random order, with the sizes and aligns where
//! allocators tend to fail. A model holds the addresses and contents of the live blocks. The kit stops at the first
//! [`Violation`], which names the [`Rule`], the call and the seed. The same seed and options make the same calls.
//!
//! | subject | test |
//! | --- | --- |
//! | sizes | 0, around powers of two and pages, up to [`max_size`](Options::max_size), and near `isize::MAX` |
//! | aligns | 1 up to [`max_align`](Options::max_align), rarely 64 KiB and 2 MiB; rising and falling in `grow` and `shrink` |
//! | the fit range | blocks are freed and resized under every size from the requested to the returned one |
//! | contents | every returned byte is written, and compared before each use of the block, when a call fails, and in sweeps |
//! | zeros | every returned byte is compared, after bytes of the old block behind its size were overwritten |
//! | addresses | no two live blocks share a byte, and none lies inside the allocator value |
//! | size 0 | pointers that the allocator never returned are passed at size 0: the address of a live block, addresses without memory |
//! | moves | the value is moved, and its old place overwritten |
//! | panics | every call is made under `catch_unwind`, the drop included |
//!
//! Every request may return an `Err`. Look at [`Report::failures`] and [`Report::bytes_checked`] to see what the run
//! has tested. For an allocator with little memory set [`max_size`](Options::max_size) and
//! [`max_live`](Options::max_live) lower.
//!
//! A limit that the run never reaches is not tested. So a run in which no request failed prints a
//! [warning](Report::warning), to the standard error (also of a test that passes) and below the report. For an
//! allocator without a limit, such as `System`, set [`Failures::NotExpected`].
//!
//! # What it cannot detect
//!
//! * An allocator that *reads* live blocks, or memory that it has returned to its source. Run the kit under Miri or a
//!   sanitizer for that.
//! * Races: it runs in one thread.
//! * Panics in a program built with `panic = "abort"`, which the first one ends. In other programs the kit leaves the
//!   panic hook alone, so a caught panic prints its message.
//! * Rule 9: a block that ends while a collection may still use it. The borrow checker detects that, if the methods of
//!   the allocator have the right signatures.
//! * Rule 11: an allocator that calls the default while it serves the default. Register it in the program that runs the
//!   kit.
//!
//! A broken allocator may end the process before the kit detects a fault: the kit uses the memory that it is given, and
//! an allocator may free what the kit passes to it. Set [`print_calls`](Options::print_calls) to see the call that did.
//! (At size 0 the kit first passes the address of a live block, whose free does not harm the process. If the allocator
//! frees it and does not return the memory again soon, the kit may miss that. It then passes a pointer whose free ends
//! the process.) After a violation the kit leaks the allocator and its blocks, since it does not know their state.
//!
//! The shadow model is from rlsf (`ShadowAllocator`).

mod allocator_slots;
mod call;
mod driver;
mod options;
mod pattern;
mod random;
mod report;
mod requests;
mod rule;
mod shadow;

pub use options::{Failures, Options};
pub use report::Report;
pub use rule::{Rule, Violation};

use core::any::type_name;
use std::io::{self, Write};

use crate::adapters::AsAllocatorRef;
use crate::api::{Allocator, AllocatorClone, GlobalAlloc};
use allocator_slots::SlotPair;
use driver::Driver;

/// Makes random calls to `allocator`.
///
/// Pass a reference if the trait is implemented on a reference. At the end every block is freed and the allocator
/// dropped. A [warning](Report::warning) is printed to the standard error.
///
/// # Errors
///
/// The first violation that is detected.
///
/// # Examples
///
/// ```
/// use bumpalo::Bump;
/// use janus_alloc::testing::conformance::{Options, check};
///
/// let arena = Bump::new();
/// let report = check(&arena, &Options { operations: 10_000, ..Options::default() }).unwrap();
/// assert_eq!(report.failures, 0);
/// ```
pub fn check<A: Allocator>(allocator: A, options: &Options) -> Result<Report, Violation> {
    print_warning::<A>(Driver::new(&mut SlotPair::new(allocator), options).run())
}

/// Prints the warning of a run, for a caller who does not look at the report. Returns the result.
fn print_warning<A>(result: Result<Report, Violation>) -> Result<Report, Violation> {
    if let Some(warning) = result.as_ref().ok().and_then(Report::warning) {
        print_line(&format!("warning: the conformance kit ran on `{}`, and {warning}", type_name::<A>()));
    }
    result
}

/// Prints a line to the standard error. Not by `eprintln`, whose output the test harness captures: it would be lost in
/// a test that passes, and when the process ends.
fn print_line(line: &str) {
    // An error cannot be reported anywhere.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Makes random calls to `global`, as [`check`] does, through an [`AsAllocatorRef`].
///
/// The adapter keeps the contract of [`GlobalAlloc`]: it never requests size 0, frees every block under exactly the
/// layout that was requested, and resizes by `realloc` where the align stays. `global` is not moved, since that
/// contract does not allow it.
///
/// # Errors
///
/// The first violation that is detected.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, Stats, System};
/// use janus_alloc::testing::conformance::{Options, check_global};
///
/// static DEFAULT: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
///
/// check_global(&DEFAULT, &Options { operations: 10_000, ..Options::default() }).unwrap();
/// assert_eq!(DEFAULT.snapshot().live_blocks(), 0);
/// ```
pub fn check_global<G: GlobalAlloc + ?Sized>(global: &G, options: &Options) -> Result<Report, Violation> {
    check(AsAllocatorRef::new(global), options)
}

/// Makes random calls to two clones of `allocator`, as [`check`] does. Each call goes to one of the two, chosen at
/// random.
///
/// So blocks of one clone are resized and freed by the other. The clones are not moved; instead, from time to time, one
/// of them is dropped, and cloned again from the other.
///
/// # Errors
///
/// The first violation that is detected.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Stats, System};
/// use janus_alloc::testing::conformance::{Options, check_clones};
///
/// let options = Options { operations: 10_000, ..Options::default() };
/// check_clones(System, &options).unwrap();
/// check_clones(&Stats::new(System), &options).unwrap();
/// ```
pub fn check_clones<A: AllocatorClone>(allocator: A, options: &Options) -> Result<Report, Violation> {
    match SlotPair::with_clone(allocator, A::clone) {
        Ok(mut slots) => print_warning::<A>(Driver::new(&mut slots, options).run()),
        Err(unwound) => Err(Violation {
            rule: Rule::Unwind,
            operation: 1,
            seed: options.seed,
            detail: format!("the first clone unwound: {}", unwound.0),
        }),
    }
}
