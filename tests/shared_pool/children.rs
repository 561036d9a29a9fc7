//! Tests in processes of their own: this program again, for the one test.

use std::env;
use std::process::{Command, Output};

const CHILD: &str = "JANUS_TEST_IN_A_CHILD";

/// Whether this process was started for one test.
pub(crate) fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

pub(crate) fn in_a_child(name: &str) -> Output {
    let program = env::current_exe().unwrap();
    let arguments = ["--exact", name, "--nocapture", "--include-ignored", "--test-threads=1"];
    Command::new(program).args(arguments).env(CHILD, "1").output().unwrap()
}

/// Runs the test `name`, which calls this, where no other test has threads, or changes how much memory the process has.
#[track_caller]
pub(crate) fn alone(name: &str, test: impl FnOnce()) {
    if is_child() {
        return test();
    }
    let output = in_a_child(name);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{name}: {}\n{out}\n{err}", output.status);
    // Not for a test that passes, but by `--nocapture`.
    print!("{out}");
}
