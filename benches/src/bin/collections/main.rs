//! Collections by the clock: std's beside ours on the same allocator, and ours in an arena, in a pool and on mimalloc.
//!
//! `cargo run --release -p janus-benches --bin collections -- [OPTIONS]`, and `--help` for the options.
//!
//! Each row is one operation on collections of one size, done for as many collections as make 200,000 elements (but at least one).
//! Building what the operation needs is not timed. std's and ours of the first two columns ask the C library's `malloc`. A drop in
//! an arena or a pool includes the end of that.

mod contest;
mod options;
mod subject;
mod subjects;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    process::ended("collections", run().map(|()| true))
}

fn run() -> Result<(), Box<dyn Error>> {
    match options::from_command_line()? {
        Command::Help => print!("{}", options::HELP),
        Command::Measure(_) if cfg!(debug_assertions) => {
            return Err("only optimised code is worth timing: add --release".into());
        }
        Command::Measure(options) => {
            keep_freed_memory();
            contest::hold(&options)?;
        }
    }
    Ok(())
}

/// Has glibc keep what is freed, else a large collection's time is that of its page faults, which depend on what was freed before.
fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, bytes) in [(libc::M_MMAP_THRESHOLD, 1 << 30), (libc::M_TRIM_THRESHOLD, libc::c_int::MAX)] {
        // SAFETY: sets a parameter of the heap.
        unsafe { libc::mallopt(parameter, bytes) };
    }
}
