//! Times installed programs with our `malloc`, glibc's own and those of others: CPU time and peak memory, as multiples of those with
//! glibc's.
//!
//! `cargo run --release -p janus-benches --bin programs -- [OPTIONS]`, and `--help` for the options.
//!
//! The allocators are libraries named by `LD_PRELOAD`. Ours is the example `preload`; the others are those of Debian's packages
//! `libmimalloc2.0`, `libjemalloc2` and `libtcmalloc-minimal4`. A program or an allocator that is not installed is skipped, with a line.
//! Each round runs every program once with every allocator, in random order. The cost of a server does not include that of its client.

mod allocators;
mod comparison;
mod options;
mod programs;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    if let Some(code) = process::run_start_request() {
        return code;
    }
    process::exit_code("programs", run())
}

/// Returns whether no program failed.
fn run() -> Result<bool, Box<dyn Error>> {
    let options = match options::from_command_line()? {
        Command::Help => {
            print!("{}", options::HELP);
            return Ok(true);
        }
        Command::Measure(options) => options,
    };
    let folder = allocators::target()?.join("programs-work");
    let programs = programs::ready(&folder, &options.only)?;
    let comparison = comparison::measure(programs, allocators::found()?, options.rounds)?;
    comparison.print();
    Ok(comparison.failures.is_empty())
}
