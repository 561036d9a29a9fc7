//! The crate's collections and allocators with each of their requests failing: no panic, no leak, no double free, no double drop, and no
//! failure that is swallowed.
//!
//! `cargo test --test limits -- --nocapture exhaust` prints the figures.

mod allocators;
mod pointers;
mod sequences;
#[cfg(feature = "serde")]
mod serde;
mod sets_and_maps;
mod strings;
mod token;

use janus_alloc::api::AllocError;
use janus_alloc::collections::TryReserveError;
use janus_alloc::testing::faults::{FaultAllocator, FaultKind, Report, exhaust, exhaust_from};

use token::Token;

/// A request was refused.
#[derive(Debug)]
struct Refused;

impl From<AllocError> for Refused {
    fn from(_: AllocError) -> Self {
        Self
    }
}

impl From<TryReserveError> for Refused {
    fn from(_: TryReserveError) -> Self {
        Self
    }
}

type Outcome = Result<(), Refused>;

/// The figures of one collection.
struct Figures {
    name: &'static str,
    cases: usize,
    failures: usize,
    swallowed: usize,
    swallows: Swallows,
}

/// Whether code may succeed in spite of a failure.
#[derive(PartialEq)]
enum Swallows {
    Never,
    /// A pool or an arena asks for less if it is refused a chunk.
    Sometimes,
}

impl Figures {
    fn new(name: &'static str) -> Self {
        Self::which(name, Swallows::Never)
    }

    /// For an allocator, which may ask for less after a failure.
    fn of_an_allocator(name: &'static str) -> Self {
        Self::which(name, Swallows::Sometimes)
    }

    fn which(name: &'static str, swallows: Swallows) -> Self {
        Self { name, cases: 0, failures: 0, swallowed: 0, swallows }
    }

    /// Runs `work` with each request failing, alone and with all that follow.
    #[track_caller]
    fn case(&mut self, work: impl Fn(&FaultAllocator) -> Outcome) {
        let before = Token::live();
        for report in [exhaust(&work), exhaust_from(&work)] {
            assert_eq!(Token::live(), before, "{}: elements were not dropped", self.name);
            assert!(report.failures() > 0, "{}: nothing was requested", self.name);
            self.add(&report);
        }
        self.cases += 1;
    }

    #[track_caller]
    fn add(&mut self, report: &Report) {
        let is_swallowed = |kind: &FaultKind| *kind == FaultKind::Swallowed;
        let swallowed = report.faults().iter().filter(|fault| is_swallowed(&fault.kind)).count();
        let others = report.faults().len() - swallowed;
        assert!(others == 0 && (swallowed == 0 || self.swallows == Swallows::Sometimes), "{}: {report}", self.name);
        self.failures += report.failures();
        self.swallowed += swallowed;
    }
}

impl Drop for Figures {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let Self { name, cases, failures, swallowed, .. } = self;
            // In one piece, since other tests print, too.
            println!(
                "exhaust: {name:<12} {cases:>3} cases, {failures:>5} failures: 0 panics, 0 leaks, 0 misuses, {swallowed} swallowed"
            );
        }
    }
}

/// The error of hashbrown, which has another type.
fn refused<E>(_: E) -> Refused {
    Refused
}

/// The checks themselves: `Token` notices a double drop, so a collection that drops twice would be found.
#[test]
fn a_double_drop_would_be_found() {
    let report = exhaust(|_| {
        let token = Token::new(1);
        // SAFETY: it is not, since both are dropped. A token has nothing that could be freed twice.
        drop(unsafe { std::ptr::read(&raw const token) });
        Ok::<(), ()>(())
    });
    assert!(
        matches!(&report.faults()[0].kind, FaultKind::Panicked(message) if message == "1 is dropped twice"),
        "{report}"
    );
}
