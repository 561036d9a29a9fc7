//! Arenas by the clock: ours beside the peers', in turns.
//!
//! `cargo run --release -p janus-benches --bin arenas -- [OPTIONS] [PART OF A NAME]`, and `--help` for the options.

mod alone;
mod contest;
mod options;
mod threads;
mod worker;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    process::ended("arenas", run().map(|()| true))
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut groups = [alone::group(), threads::group()];
    match options::from_command_line()? {
        Command::Help => print!("{}", options::HELP),
        Command::Serve { group, column } => worker::serve(&groups[group], column)?,
        Command::Measure { rounds, part } => {
            for group in &mut groups {
                group.contests.retain(|contest| contest.name.contains(&part));
            }
            if groups.iter().all(|group| group.contests.is_empty()) {
                return Err(format!("no job has {part} in its name").into());
            }
            if cfg!(debug_assertions) {
                return Err("only optimised code is worth timing: add --release".into());
            }
            contest::hold(&mut groups, rounds)?;
            groups.iter().filter(|group| !group.contests.is_empty()).for_each(|group| group.print());
        }
    }
    Ok(())
}
