//! Random operations against a shadow model: does an allocator keep [the rules](crate::api#the-rules)?
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
//! The kit owns the allocator, puts every method to it in a random order, with sizes and aligns where allocators go
//! wrong, and keeps a model of the live blocks: where they are and what is written in them. It stops at the first
//! [`Violation`], which names the [`Rule`], the call and the seed; the same seed and options make the same calls.
//!
//! | looked at | how |
//! | --- | --- |
//! | sizes | 0, around powers of two and pages, up to [`max_size`](Options::max_size), and near `isize::MAX` |
//! | aligns | 1 up to [`max_align`](Options::max_align), now and then 64 KiB and 2 MiB; rising and falling in `grow` and `shrink` |
//! | the fit range | blocks come back under every size from the requested to the returned one |
//! | contents | every returned byte is written, and checked before each use of the block, when a call fails, and in sweeps |
//! | zeros | every returned byte, after the old block's bytes behind its size were made dirty |
//! | addresses | no two live blocks share a byte; none lies inside the allocator value |
//! | size 0 | pointers that the allocator never returned come back at size 0: the address of a live block, addresses without memory |
//! | moves | the value is moved, and the place it left overwritten |
//! | panics | every call is made under `catch_unwind`, the drop included |
//!
//! `Err` is an allowed answer to everything: look at [`Report::failures`] and [`Report::bytes_checked`] to see that the run
//! saw something. For an allocator with little memory set [`max_size`](Options::max_size) and
//! [`max_live`](Options::max_live) lower.
//!
//! A limit that the run never reaches is not tested. So a run in which no request failed prints a
//! [warning](Report::warning), to the standard error (of a test that passes, too) and below the report. For an allocator without
//! a limit, such as `System`, say [`Failures::NotExpected`].
//!
//! # What it cannot see
//!
//! * An allocator that *reads* live blocks, or memory it has given back: run the kit under Miri or a sanitizer for that.
//! * Races. It works in one thread.
//! * Panics in a program built with `panic = "abort"`: there the first one ends it. Elsewhere the panic hook of the
//!   program is left alone, so a caught panic prints its message.
//! * Rule 9: a block that ends while a collection may still use it. The borrow checker sees that, if the methods of the
//!   allocator are right.
//! * Rule 11: an allocator that asks the default while it serves it. Register it in the program that runs the kit.
//!
//! A broken allocator may end the process before the kit sees anything: the kit uses the memory it is given, and an allocator
//! may free what it is sent. Set [`print_calls`](Options::print_calls) to see the call that did. (At size 0 the kit first sends
//! the address of a live block, which can be freed without harm to the process. If the allocator frees it and does not give
//! it out again soon, the kit may miss that, and sends a pointer next whose free ends the process.) After a violation the
//! allocator and its blocks are leaked, since nothing is known of their state.
//!
//! The idea of the shadow model is rlsf's (`ShadowAllocator`).

mod calls;
mod driver;
mod home;
mod options;
mod pattern;
mod random;
mod report;
mod requests;
mod rules;
mod shadow;

pub use options::{Failures, Options};
pub use report::Report;
pub use rules::{Rule, Violation};

use core::any::type_name;
use std::io::{self, Write};

use crate::adapters::AsAllocatorRef;
use crate::api::{Allocator, AllocatorClone, GlobalAlloc};
use driver::Driver;
use home::Places;

/// Puts random operations to `allocator`.
///
/// An allocator that implements the trait on a reference is checked by reference. At the end every block is given back
/// and the allocator dropped. A [warning](Report::warning) is printed to the standard error.
///
/// # Errors
///
/// The first rule seen broken.
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
    warned::<A>(Driver::new(&mut Places::new(allocator), options).run())
}

/// Prints the warning of a run, so that a caller who does not look at the report sees it, too.
fn warned<A>(result: Result<Report, Violation>) -> Result<Report, Violation> {
    if let Some(warning) = result.as_ref().ok().and_then(Report::warning) {
        say(&format!("warning: the conformance kit ran on `{}`, and {warning}", type_name::<A>()));
    }
    result
}

/// Prints a line to the standard error itself: the test harness keeps what `eprintln` prints in a test that passes, and loses it
/// when the process ends.
fn say(line: &str) {
    // Where there is nobody to read it, there is nothing to do about it.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Puts random operations to `global`, as [`check`] does, through an [`AsAllocatorRef`].
///
/// That never asks for size 0, gives every block back under exactly the layout it was requested with, and resizes by
/// `realloc` where the align stays: what the contract of [`GlobalAlloc`] promises to it. `global` is not moved, since that
/// contract does not let it be.
///
/// # Errors
///
/// The first rule seen broken.
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

/// Puts random operations to two clones of `allocator`, each call to either of them, as [`check`] does.
///
/// A block of one is resized and given back by the other. Instead of being moved, one of the two is dropped from time
/// to time, and cloned again from the other.
///
/// # Errors
///
/// The first rule seen broken.
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
    match Places::with_clone(allocator, A::clone) {
        Ok(mut places) => warned::<A>(Driver::new(&mut places, options).run()),
        Err(unwound) => Err(Violation {
            rule: Rule::Unwind,
            operation: 1,
            seed: options.seed,
            detail: format!("the first clone unwound: {}", unwound.0),
        }),
    }
}
