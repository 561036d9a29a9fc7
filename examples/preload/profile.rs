//! Heap profiles.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::panic;
use std::path::{self, PathBuf};
use std::sync::OnceLock;

use janus_alloc::blocks::profile::{Report, Sampling, Value};

use crate::{ALLOCATOR, flame, settings, stderr};

/// The directory for the files, by an absolute path: the program may change its working directory.
static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();

/// Returns the sampling. Called by the first use of the allocator, so it does not allocate.
pub(crate) fn sampling() -> Sampling {
    if settings::wants_profile() {
        settings::profile_interval().map_or_else(Sampling::default, Sampling::EveryBytes)
    } else {
        Sampling::Off
    }
}

/// Stores the directory, before `main`.
pub(crate) fn set() {
    if let Some(directory) = settings::profile_directory() {
        let directory = path::absolute(OsStr::from_bytes(directory.to_bytes()));
        // This is the only call, so it cannot fail.
        _ = directory.map(|directory| DIRECTORY.set(directory));
    }
}

/// Writes the files, if the user wants some.
pub(crate) fn write() {
    let Some(directory) = DIRECTORY.get() else { return };
    // A panic, for example over invalid debug information, does not change how the program ends.
    let written = panic::catch_unwind(|| write_files(directory, &ALLOCATOR.report()));
    if let Ok(Err(error)) = written {
        let directory = directory.display();
        stderr::print(format_args!("janus-alloc: the profile cannot be written into {directory}: {error}\n"));
    }
}

fn write_files(directory: &path::Path, report: &Report) -> io::Result<()> {
    // A shell has many children that allocate next to nothing.
    if report.sites().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(directory)?;
    let program = std::env::current_exe();
    let program = program.as_deref().ok().and_then(path::Path::file_name).unwrap_or(OsStr::new("program"));
    let create = |ending: &str| {
        let mut name = program.to_owned();
        name.push(format!(".{}.{ending}", std::process::id()));
        File::create(directory.join(name))
    };
    report.write_dhat(create("json")?)?;
    report.write_pprof(create("pb.gz")?)?;
    let mut stacks = Vec::new();
    report.write_collapsed(Value::PeakBytes, &mut stacks)?;
    create("folded")?.write_all(&stacks)?;
    flame::draw(&stacks, &mut create("svg")?)
}
