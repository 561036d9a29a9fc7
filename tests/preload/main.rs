//! Programs that were not built with this crate, with the example `preload` as their `malloc`.
//!
//! Each program must print the same as without the library, and nothing to stderr, where the dynamic linker reports its errors too.
//! A program that is not installed is skipped, with a line.
#![cfg(all(feature = "std", target_os = "linux", target_env = "gnu"))]

#[macro_use]
#[path = "../skipped/mod.rs"]
mod skipped;
#[path = "../example/mod.rs"]
mod example;
mod forks;
mod own_malloc;
mod programs;
mod settings;
mod system;
mod threads;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

/// The time after which a program counts as hanging. It is far more than any of the programs needs.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Returns the path of the library, built in the profile of this test.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| example::library("preload", &[], "/libpreload.so"))
}

/// Creates an empty directory for a test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("preload").join(name);
    _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Runs the program to its end. Returns `None` if it is not installed.
fn output(command: &mut Command) -> Option<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            skipped!("{program}: not installed");
            return None;
        }
        Err(error) => panic!("{program}: {error}"),
    };
    let process = child.id();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(TIME_LIMIT) else {
        // SAFETY: no one has waited for the child, so the number is still its own.
        unsafe { libc::kill(libc::pid_t::try_from(process).unwrap(), libc::SIGKILL) };
        panic!("{program} hangs");
    };
    Some(output.unwrap())
}

/// Runs the program with the library, unless it is not installed, and asserts that it prints `expected`.
#[track_caller]
fn prints(command: &mut Command, expected: &str) {
    let Some(output) = output(command.env("LD_PRELOAD", library())) else { return };
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stdout, expected, "{command:?}\n{stderr}");
    assert_eq!(stderr, "", "{command:?}");
}

/// Runs the program without the library and with it, and asserts that it prints the same.
#[track_caller]
fn prints_the_same(mut command: impl FnMut() -> Command) {
    let Some(expected) = output(&mut command()) else { return };
    prints(&mut command(), &String::from_utf8(expected.stdout).unwrap());
}

/// Compiles a C file of this folder to `to`. Returns `None` if there is no compiler.
fn compiled(source: &str, to: PathBuf, flags: &[&str]) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/preload").join(source);
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wextra", "-pthread", "-o"]).args([to.as_path(), &source]).args(flags);
    let output = output(&mut compiler)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(to)
}
