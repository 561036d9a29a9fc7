//! The text on the standard error, in processes of their own: this program again, for the one test.

use std::env;
use std::process::{Command, Output, abort};
use std::ptr::NonNull;

use janus_alloc::api::Layout;
use janus_alloc::testing::conformance::{Options, check};

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
