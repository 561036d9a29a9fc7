//! Tests in processes of their own: this program again, for one test.

use std::env;
use std::process::{Command, Output};

const CHILD: &str = "JANUS_TEST_IN_A_CHILD";

pub(crate) fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

pub(crate) fn in_a_child(name: &str) -> Output {
    let arguments = ["--exact", name, "--nocapture", "--include-ignored", "--test-threads=1"];
    Command::new(env::current_exe().unwrap()).args(arguments).env(CHILD, "1").output().unwrap()
}

/// Runs the test `name`, which calls this, where no other test has threads or allocates.
#[track_caller]
pub(crate) fn alone(name: &str, test: impl FnOnce()) {
    if is_child() {
        return test();
    }
    let output = in_a_child(name);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{name}: {}\n{out}\n{err}", output.status);
    print!("{out}");
}

/// Runs the test `name`, which calls this, and expects that it ends the process with `message`.
#[cfg(unix)]
#[track_caller]
pub(crate) fn aborts(name: &str, message: &str, test: impl FnOnce()) {
    use std::os::unix::process::ExitStatusExt;

    if is_child() {
        // SAFETY: reads the struct.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &libc::rlimit { rlim_cur: 0, rlim_max: 0 }) };
        return test();
    }
    let output = in_a_child(name);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{name}: {}\n{err}", output.status);
    assert_eq!(err.lines().filter(|line| *line == message).count(), 1, "{name}: {err}");
}
