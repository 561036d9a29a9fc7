//! The text on the standard error, in processes of their own: this program again, for the one test.

use std::env;
use std::process::{Command, Output, abort};
use std::ptr::NonNull;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::testing::conformance::{Failures, Options, check};

use super::base::{Base, Broken, Fault};
use super::options;

const CHILD: &str = "JANUS_TEST_IN_A_CHILD";

/// The output of the test of that name, run alone; or `None` in the process that runs it so.
fn alone(name: &str) -> Option<(Output, String)> {
    if env::var_os(CHILD).is_some() {
        return None;
    }
    let arguments = ["--exact", name, "--test-threads=1"];
    let output = Command::new(env::current_exe().unwrap()).args(arguments).env(CHILD, "1").output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Some((output, errors))
}

/// At most so many bytes in a block.
#[derive(Clone, Copy)]
struct AtMost(usize);

// SAFETY: a request is refused, or it is the system's.
unsafe impl Allocator for AtMost {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() > self.0 { Err(AllocError) } else { System.allocate_zeroed(layout) }
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        // SAFETY: by the contract of this method.
        unsafe { System.deallocate(start, layout) };
    }
}

fn expected(seed: u64) -> Options {
    Options { failures: Failures::Expected, ..options(seed) }
}

/// Though it passes.
#[test]
fn a_limit_that_was_not_reached_is_warned_of() {
    let Some((output, errors)) = alone("printed::a_limit_that_was_not_reached_is_warned_of") else {
        check(AtMost(1000), &expected(1)).unwrap();
        check(AtMost(1 << 30), &expected(1)).unwrap();
        check(AtMost(1 << 29), &options(1)).unwrap();
        return;
    };
    assert!(output.status.success(), "{errors}");
    let warnings: Vec<&str> = errors.lines().filter(|line| line.starts_with("warning: ")).collect();
    let [warning] = warnings[..] else { panic!("not one warning in: {errors}") };
    assert!(warning.contains("AtMost") && warning.contains("no request failed"), "{warning}");
}

#[test]
fn a_report_warns_of_the_same() {
    let capped = check(AtMost(1000), &expected(1)).unwrap();
    assert!(capped.failures > 10 && capped.warning().is_none(), "{capped}");
    assert!(!capped.to_string().contains("warning"), "{capped}");
    let failures = |report: &str| report.lines().any(|line| line.starts_with("failures ") && !line.ends_with(" 0"));
    assert!(failures(&capped.to_string()), "{capped}");

    let never = check(AtMost(1 << 30), &expected(1)).unwrap();
    let warning = never.warning().expect("no request failed");
    assert!(never.failures == 0 && warning.contains("Failures::NotExpected"), "{warning}");
    assert!(never.to_string().ends_with(&format!("\nwarning: {warning}")), "{never}");

    assert_eq!(check(AtMost(1 << 30), &options(1)).unwrap().warning(), None);
    // Nothing is served, whatever is expected.
    let nothing = check(janus_alloc::Null, &options(1)).unwrap();
    assert!(nothing.warning().is_some_and(|warning| warning.contains("no block was tested")), "{nothing}");
}

/// Ends the process for a pointer that it does not know.
struct Ends;

impl Fault for Ends {
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        if !base.knows(start) && start.addr().get() != layout.align() {
            abort();
        }
        base.deallocate(start, layout);
    }
}

#[test]
fn the_last_call_of_a_process_that_ended_is_printed() {
    let Some((output, errors)) = alone("printed::the_last_call_of_a_process_that_ended_is_printed") else {
        check(Broken::new(Ends), &Options { print_calls: true, ..options(1) }).unwrap();
        return;
    };
    assert!(!output.status.success(), "{errors}");
    let last = errors.lines().rfind(|line| line.starts_with("operation ")).expect("calls are printed");
    assert!(last.contains("deallocate(size 0") && last.contains("never returned"), "{last}");
}
