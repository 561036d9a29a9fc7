//! Tests of what ends the process.

use std::os::unix::process::ExitStatusExt;

use crate::children::{disable_core_files, is_child, run_alone};

/// Runs `test` in a child process, which it has to abort with `message`. Called by the test `name` itself.
#[track_caller]
pub(crate) fn aborts(name: &str, message: &str, test: impl FnOnce()) {
    if is_child() {
        disable_core_files();
        // Ends a child that waits forever.
        // SAFETY: `alarm` has no conditions.
        unsafe { libc::alarm(60) };
        return test();
    }
    let output = run_alone(name);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{name}: {}\n{err}", output.status);
    assert_eq!(err.matches(message).count(), 1, "{name}: {err}");
    assert!(err.contains("janus-alloc: "), "{name}: {err}");
}
