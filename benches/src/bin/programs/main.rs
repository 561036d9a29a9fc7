//! Programs that exist already over our `malloc`, beside glibc's own and those of others: CPU time and peak memory, as multiples of glibc's.
//!
//! `cargo run --release -p janus-benches --bin programs -- [OPTIONS]`, and `--help` for the options.
//!
//! The allocators are libraries named by `LD_PRELOAD`: ours is the example `preload`, the others are looked for where Debian's packages
//! `libmimalloc2.0`, `libjemalloc2` and `libtcmalloc-minimal4` put them. A program or allocator that is not installed is skipped, with a
//! line. In each round every program is run once with every allocator, in random order. Of a server only its own cost counts.

mod allocators;
mod contest;
mod options;
mod programs;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    if let Some(code) = process::started() {
        return code;
    }
    process::ended("programs", run())
}

/// Whether no program has failed.
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
    let contest = contest::hold(programs, allocators::found()?, options.rounds)?;
    contest.print();
    Ok(contest.failures.is_empty())
}
