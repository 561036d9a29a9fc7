//! Programs that do the same work with different default allocators: the package `janus-defaults`, built for each.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The defaults, ours first. A default's name is the feature of `janus-defaults` that chooses it; `system` needs none.
pub const DEFAULTS: [&str; 10] =
    [OURS, SYSTEM, "mimalloc", "mimalloc-v2", "snmalloc", "jemalloc", "rpmalloc", "talc", "dlmalloc", "sefer"];
/// `AsGlobal<SharedPool>`.
pub const OURS: &str = "janus";
/// As [`OURS`], and C's `malloc` is that too; with a [library](library()) for other programs.
pub const EXPORTED: &str = "exported";
/// `System`, which is what a Rust program has if it says nothing.
pub const SYSTEM: &str = "system";

/// Where the program of a default is once it is built: beside the build of this program.
pub fn program(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    Ok(directory()?.join("programs").join(name))
}

/// The library of [`EXPORTED`], which is to be preloaded to another program, once that is built.
pub fn library() -> Result<PathBuf, Box<dyn Error>> {
    Ok(directory()?.join("programs").join(LIBRARY))
}

const LIBRARY: &str = "libjanus_exported.so";

/// Builds the program of a default, and says where it is. Fails if its allocator cannot be built here.
pub fn build(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let directory = directory()?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--release", "--package", "janus-defaults", "--target-dir"]).arg(&directory);
    if name != SYSTEM {
        cargo.args(["--features", name]);
    }
    // snmalloc-sys takes `debug` as the wish not to optimise, and built without cmake it leaves its assertions in. Both
    // would be measured.
    cargo.args(["--config", "profile.release.debug=false"]);
    let flags = env::var("CXXFLAGS").unwrap_or_default();
    cargo.env("CXXFLAGS", format!("{flags} -DNDEBUG"));

    let output = cargo.output()?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(told.lines().find(|line| line.starts_with("error")).unwrap_or("cargo has failed").into());
    }
    // The next build puts its program at the same place.
    let program = program(name)?;
    fs::create_dir_all(program.parent().expect("it is in a directory"))?;
    let built = directory.join("release").join("janus-defaults").with_extension(env::consts::EXE_EXTENSION);
    // What may run just now cannot be written to.
    let take = |built: &Path, to: &Path| {
        let copy = to.with_extension("new");
        fs::copy(built, &copy)?;
        fs::rename(copy, to)
    };
    take(&built, &program)?;
    if name == EXPORTED {
        take(&built.with_file_name(LIBRARY), &library()?)?;
    }
    Ok(program)
}

fn directory() -> Result<PathBuf, Box<dyn Error>> {
    let this = env::current_exe()?;
    // target/release/defaults
    let target = this.ancestors().nth(2).unwrap_or(Path::new("."));
    Ok(target.join("defaults"))
}
