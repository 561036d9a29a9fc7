//! Times arenas, ours and those of other crates.
//!
//! `cargo run --release -p janus-benches --bin arenas -- [OPTIONS] [PART OF A NAME]`, and `--help` for the options.

mod alone;
mod comparison;
mod measure;
mod options;
mod threads;
mod worker;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    process::exit_code("arenas", run().map(|()| true))
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut groups = [alone::group(), threads::group()];
    match options::from_command_line()? {
        Command::Help => print!("{}", options::HELP),
        Command::Serve { group, column } => worker::serve(&groups[group], column)?,
        Command::Measure { rounds, part } => {
            for group in &mut groups {
                group.comparisons.retain(|comparison| comparison.name.contains(&part));
            }
            if groups.iter().all(|group| group.comparisons.is_empty()) {
                return Err(format!("no job has {part} in its name").into());
            }
            if cfg!(debug_assertions) {
                return Err("times of unoptimised code mean nothing: add --release".into());
            }
            measure::measure(&mut groups, rounds)?;
            groups.iter().filter(|group| !group.comparisons.is_empty()).for_each(|group| group.print());
        }
    }
    Ok(())
}
