//! Warnings and calls that the kit prints to standard error, tested in child processes that run one test of this binary.

use std::process::{Output, abort};
use std::ptr::NonNull;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::testing::conformance::{Failures, Options, check};

use super::base::{Base, Broken, Fault};
use super::children::{is_child, run_alone};
use super::options;

/// Runs the test `name` in a child process and returns its output and its standard error. Returns `None` in that child.
fn output_of(name: &str) -> Option<(Output, String)> {
    if is_child() {
        return None;
    }
    let output = run_alone(name);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Some((output, errors))
}

/// Refuses blocks above a number of bytes.
#[derive(Clone, Copy)]
struct MaximumSize(usize);

// SAFETY: each call is forwarded to `System` or refused.
unsafe impl Allocator for MaximumSize {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() > self.0 { Err(AllocError) } else { System.allocate_zeroed(layout) }
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.deallocate(start, layout) };
    }
}

fn expected(seed: u64) -> Options {
    Options { failures: Failures::Expected, ..options(seed) }
}

#[test]
fn a_limit_that_was_not_reached_causes_a_warning() {
    let Some((output, errors)) = output_of("printed::a_limit_that_was_not_reached_causes_a_warning") else {
        check(MaximumSize(1000), &expected(1)).unwrap();
        check(MaximumSize(1 << 30), &expected(1)).unwrap();
        check(MaximumSize(1 << 29), &options(1)).unwrap();
        return;
    };
    assert!(output.status.success(), "{errors}");
    let warnings: Vec<&str> = errors.lines().filter(|line| line.starts_with("warning: ")).collect();
    let [warning] = warnings[..] else { panic!("not one warning in: {errors}") };
    assert!(warning.contains("MaximumSize") && warning.contains("no request failed"), "{warning}");
}

#[test]
fn a_report_contains_the_warning() {
    let capped = check(MaximumSize(1000), &expected(1)).unwrap();
    assert!(capped.failures > 10 && capped.warning().is_none(), "{capped}");
    assert!(!capped.to_string().contains("warning"), "{capped}");
    let failures = |report: &str| report.lines().any(|line| line.starts_with("failures ") && !line.ends_with(" 0"));
    assert!(failures(&capped.to_string()), "{capped}");

    let never = check(MaximumSize(1 << 30), &expected(1)).unwrap();
    let warning = never.warning().expect("no request failed");
    assert!(never.failures == 0 && warning.contains("Failures::NotExpected"), "{warning}");
    assert!(never.to_string().ends_with(&format!("\nwarning: {warning}")), "{never}");

    assert_eq!(check(MaximumSize(1 << 30), &options(1)).unwrap().warning(), None);
    // An allocator that serves nothing causes a warning, whatever is expected.
    let nothing = check(janus_alloc::Null, &options(1)).unwrap();
    assert!(nothing.warning().is_some_and(|warning| warning.contains("no block was tested")), "{nothing}");
}

/// Aborts the process for a pointer that it does not know.
struct AbortsOnUnknown;

impl Fault for AbortsOnUnknown {
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        if !base.knows(start) && start.addr().get() != layout.align() {
            abort();
        }
        base.deallocate(start, layout);
    }
}

#[test]
fn the_last_call_before_an_abort_is_printed() {
    let Some((output, errors)) = output_of("printed::the_last_call_before_an_abort_is_printed") else {
        check(Broken::new(AbortsOnUnknown), &Options { print_calls: true, ..options(1) }).unwrap();
        return;
    };
    assert!(!output.status.success(), "{errors}");
    let last = errors.lines().rfind(|line| line.starts_with("operation ")).expect("calls are printed");
    assert!(last.contains("deallocate(size 0") && last.contains("never returned"), "{last}");
}
