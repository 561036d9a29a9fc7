//! Times collections: std's and ours with the same allocator, and ours in an arena, in a pool and with mimalloc.
//!
//! `cargo run --release -p janus-benches --bin collections -- [OPTIONS]`, and `--help` for the options.
//!
//! Each row is one operation on collections of one size, on as many collections as have 200,000 elements together, but at least one. The
//! building of the collections is not timed. Those of the first two columns use the C library's `malloc`. The time of a drop in an arena
//! or a pool includes the drop of the arena or the pool.

mod measure;
mod options;
mod subject;
mod subjects;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    process::exit_code("collections", run().map(|()| true))
}

fn run() -> Result<(), Box<dyn Error>> {
    match options::from_command_line()? {
        Command::Help => print!("{}", options::HELP),
        Command::Measure(_) if cfg!(debug_assertions) => {
            return Err("times of unoptimised code mean nothing: add --release".into());
        }
        Command::Measure(options) => {
            keep_freed_memory();
            measure::measure(&options)?;
        }
    }
    Ok(())
}

/// Makes glibc keep freed memory. Otherwise page faults would dominate the times of large collections, and depend on earlier frees.
fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, bytes) in [(libc::M_MMAP_THRESHOLD, 1 << 30), (libc::M_TRIM_THRESHOLD, libc::c_int::MAX)] {
        // SAFETY: `mallopt` sets a parameter of the heap, and no other thread runs.
        unsafe { libc::mallopt(parameter, bytes) };
    }
}
