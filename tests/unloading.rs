//! A library with pools in its statics is loaded and unloaded. The pools return their memory when nothing can use them any more, and
//! not earlier.
#![cfg(all(feature = "std", target_os = "linux", target_env = "gnu"))]

#[macro_use]
mod skipped;
#[path = "example/mod.rs"]
mod example;

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Builds the library with the same profile as this test, and returns its path.
fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| example::library("plugin", &[], "/libplugin.so"))
}

/// The way in which the host loads the library.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Linkage {
    /// The host calls `dlopen`.
    Loaded,
    /// The host is linked with the library.
    Linked,
}

/// Compiles the host, and returns its path, or `None` if there is no C compiler.
fn host(linkage: Linkage) -> Option<PathBuf> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unloading");
    fs::create_dir_all(&directory).unwrap();
    let program = directory.join(format!("host-{linkage:?}-{:?}", std::thread::current().id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/unloading/host.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wextra", "-pthread", "-o"]).args([&program, &source]);
    if linkage == Linkage::Linked {
        compiler.arg("-DLINKED").arg(plugin());
    } else {
        compiler.arg("-ldl");
    }
    match compiler.output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(program)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            skipped!("no C compiler");
            None
        }
        Err(error) => panic!("cc: {error}"),
    }
}

/// Runs the host in a mode of `host.c`, and asserts that it succeeds.
#[track_caller]
fn assert_succeeds(program: &Path, mode: &str) {
    let output = Command::new(program).arg(mode).arg(plugin()).stdin(Stdio::null()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout == "passed\n", "{mode}: {}\n{stdout}{stderr}", output.status);
}

#[test]
fn unloading_returns_the_memory_of_pools() {
    let Some(host) = host(Linkage::Loaded) else { return };
    assert_succeeds(&host, "rounds");
    assert_succeeds(&host, "main");
}

/// The host may still use the block.
#[test]
fn a_block_in_use_outlives_the_library() {
    let Some(host) = host(Linkage::Loaded) else { return };
    assert_succeeds(&host, "keep");
}

/// Destructors that run after those of the library may use its pools again.
#[test]
fn a_pool_can_be_used_after_it_returned_its_memory() {
    let Some(host) = host(Linkage::Loaded) else { return };
    assert_succeeds(&host, "last");
}

/// While a process exits, its other threads still run and use the pools, so nothing is returned.
#[test]
fn exit_disturbs_no_running_thread() {
    for linkage in [Linkage::Loaded, Linkage::Linked] {
        let Some(host) = host(linkage) else { return };
        for _ in 0..15 {
            assert_succeeds(&host, "exit");
            assert_succeeds(&host, "interrupted");
        }
    }
}
