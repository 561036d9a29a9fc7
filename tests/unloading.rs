//! A library with pools in its statics, loaded and unloaded: they give back what they hold when nobody can use them any more, and only
//! then.
#![cfg(all(feature = "std", target_os = "linux", target_env = "gnu"))]

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The library, built as this test was: with or without optimisation.
fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--offline", "--example", "plugin", "--message-format", "json-render-diagnostics"])
            .args(["--profile", if cfg!(debug_assertions) { "dev" } else { "release" }, "--target-dir"])
            .arg(target)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "the library does not build");
        let messages = String::from_utf8(output.stdout).unwrap();
        let path = messages.split('"').find(|text| text.ends_with("/libplugin.so"));
        path.expect("cargo names what it built").into()
    })
}

/// The program that loads it, or is linked with it; `None` if there is no compiler.
fn host(is_linked: bool) -> Option<PathBuf> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unloading");
    fs::create_dir_all(&directory).unwrap();
    let program = directory.join(format!("host{}-{:?}", usize::from(is_linked), std::thread::current().id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/unloading/host.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wextra", "-pthread", "-o"]).args([&program, &source]);
    if is_linked {
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
            println!("SKIPPED: no C compiler");
            None
        }
        Err(error) => panic!("cc: {error}"),
    }
}

#[track_caller]
fn goes_well(program: &Path, mode: &str) {
    let output = Command::new(program).arg(mode).arg(plugin()).stdin(Stdio::null()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout == "all well\n", "{mode}: {}\n{stdout}{stderr}", output.status);
}

#[test]
fn memory_goes_with_the_library() {
    let Some(host) = host(false) else { return };
    goes_well(&host, "rounds");
    goes_well(&host, "main");
}

/// Somebody may have it still.
#[test]
fn a_block_in_use_stays() {
    let Some(host) = host(false) else { return };
    goes_well(&host, "keep");
}

/// Behind the library's own destructors there may be others that come back to it.
#[test]
fn a_pool_that_has_given_back_can_be_used() {
    let Some(host) = host(false) else { return };
    goes_well(&host, "last");
}

/// At the end of a process no thread stops before its memory is gone, so nothing is given back.
#[test]
fn the_end_of_a_process_disturbs_nobody() {
    for is_linked in [false, true] {
        let Some(host) = host(is_linked) else { return };
        for _ in 0..15 {
            goes_well(&host, "exit");
            goes_well(&host, "interrupted");
        }
    }
}
