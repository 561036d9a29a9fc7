//! Builds of the package `janus-defaults`, which does the same work with different default allocators.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of the defaults, ours first. A name is the feature of `janus-defaults` that chooses the default; `system` needs none.
pub const DEFAULTS: [&str; 10] =
    [OURS, SYSTEM, "mimalloc", "mimalloc-v2", "snmalloc", "jemalloc", "rpmalloc", "talc", "dlmalloc", "sefer"];
/// `AsGlobal<SharedPool>`.
pub const OURS: &str = "janus";
/// As [`OURS`], with the pool as C's `malloc` too, and with a [library](library()) to preload to other programs.
pub const EXPORTED: &str = "exported";
/// `System`, the default of a Rust program that chooses none.
pub const SYSTEM: &str = "system";

/// Returns the path of a default's program, which exists once it has been built. It is beside this program's build.
pub fn program(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    Ok(directory()?.join("programs").join(name))
}

/// Returns the path of the library of [`EXPORTED`], which exists once that has been built.
pub fn library() -> Result<PathBuf, Box<dyn Error>> {
    Ok(directory()?.join("programs").join(LIBRARY))
}

const LIBRARY: &str = "libjanus_exported.so";

/// Builds the program of a default, and returns its path.
///
/// # Errors
///
/// Returns an error if the allocator cannot be built on this machine.
pub fn build(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let directory = directory()?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--release", "--package", "janus-defaults", "--target-dir"]).arg(&directory);
    if name != SYSTEM {
        cargo.args(["--features", name]);
    }
    // snmalloc-sys does not optimise a build with `debug`, and leaves its assertions in without cmake. Both would distort the times.
    cargo.args(["--config", "profile.release.debug=false"]);
    let flags = env::var("CXXFLAGS").unwrap_or_default();
    cargo.env("CXXFLAGS", format!("{flags} -DNDEBUG"));

    let output = cargo.output()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(stderr.lines().find(|line| line.starts_with("error")).unwrap_or("cargo failed").into());
    }
    // The next build overwrites the program, so it moves to a path of its own.
    let program = program(name)?;
    fs::create_dir_all(program.parent().expect("the path has a parent"))?;
    let built = directory.join("release").join("janus-defaults").with_extension(env::consts::EXE_EXTENSION);
    // A running program cannot be written, but it can be replaced.
    let replace = |built: &Path, to: &Path| {
        let copy = to.with_extension("new");
        fs::copy(built, &copy)?;
        fs::rename(copy, to)
    };
    replace(&built, &program)?;
    if name == EXPORTED {
        replace(&built.with_file_name(LIBRARY), &library()?)?;
    }
    Ok(program)
}

/// Returns the target directory of the builds.
fn directory() -> Result<PathBuf, Box<dyn Error>> {
    let this = env::current_exe()?;
    // This program is target/release/NAME.
    let target = this.ancestors().nth(2).unwrap_or(Path::new("."));
    Ok(target.join("defaults"))
}
