//! The libraries to preload.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use janus_benches::process::output;

/// The name of an allocator, and the library to preload. The path is empty for glibc's own.
pub(crate) type Allocator = (&'static str, OsString);

const PEERS: [(&str, &str); 3] = [
    ("mimalloc 2.0", "libmimalloc.so.2.0"),
    ("jemalloc", "libjemalloc.so.2"),
    ("gperftools", "libtcmalloc_minimal.so.4"),
];

/// Returns the target directory in which this program was built.
pub(crate) fn target() -> Result<PathBuf, Box<dyn Error>> {
    let this = env::current_exe()?;
    // This program is target/release/programs.
    Ok(this.ancestors().nth(2).ok_or("this program is not in a target directory")?.to_owned())
}

/// Returns glibc's own allocator, then ours, then the others that are installed.
pub(crate) fn found() -> Result<Vec<Allocator>, Box<dyn Error>> {
    let mut found = vec![("glibc", OsString::new()), ("janus", ours()?.into())];
    for (name, file) in PEERS {
        match installed(file) {
            Some(library) => found.push((name, library.into())),
            None => println!("Skipped {name}: there is no {file}"),
        }
    }
    Ok(found)
}

fn ours() -> Result<PathBuf, Box<dyn Error>> {
    let target = target()?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    cargo.args(["build", "--release", "--example", "preload", "--target-dir"]).arg(&target);
    output(&mut cargo)?;
    Ok(target.join("release/examples/libpreload.so"))
}

/// Finds a library in the folders for libraries.
fn installed(file: &str) -> Option<PathBuf> {
    let folders = ["/usr/lib", "/usr/local/lib"].into_iter().flat_map(|root| {
        let subfolders = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
        std::iter::once(PathBuf::from(root)).chain(subfolders)
    });
    folders.map(|folder| folder.join(file)).find(|path| path.exists())
}
