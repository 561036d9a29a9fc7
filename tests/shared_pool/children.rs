//! Tests that need a process of their own run in a child: this test binary, started for that test alone.

use std::env;
use std::io::{self, Write};
use std::process::{Command, Output};

const CHILD: &str = "JANUS_TEST_IN_A_CHILD";

/// Whether this process was started for a single test.
pub(crate) fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// Keeps this process, which is going to abort, from writing a core file.
#[cfg(unix)]
pub(crate) fn disable_core_files() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a valid `rlimit`.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

/// Runs the test `name` in a child process.
pub(crate) fn run_alone(name: &str) -> Output {
    let program = env::current_exe().unwrap();
    let arguments = ["--exact", name, "--nocapture", "--include-ignored", "--test-threads=1"];
    Command::new(program).args(arguments).env(CHILD, "1").output().unwrap()
}

/// Runs `test` in a child process, where no other test has threads or uses memory. Called by the test `name` itself; panics if the test
/// fails in the child.
#[track_caller]
pub(crate) fn alone(name: &str, test: impl FnOnce()) {
    if is_child() {
        return test();
    }
    let output = run_alone(name);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{name}: {}\n{out}\n{err}", output.status);
    // The child may be without what it needs.
    err.lines().filter(|line| line.starts_with("SKIPPED")).for_each(|line| drop(writeln!(io::stderr(), "{line}")));
    // Shown if this test fails, or with `--nocapture`.
    print!("{out}");
}
