//! Arenas by the clock: ours beside the peers', in turns.
//!
//! `cargo run --release -p janus-benches --bin arenas -- [OPTIONS] [PART OF A NAME]`, and `--help` for the options.

mod alone;
mod contest;
mod options;
mod threads;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let options = match Options::from_command_line() {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("arenas: {error}");
            return ExitCode::from(2);
        }
    };
    let mut groups = [alone::group(), threads::group()];
    for group in &mut groups {
        group.contests.retain(|contest| contest.name.contains(&options.part));
    }
    if groups.iter().all(|group| group.contests.is_empty()) {
        eprintln!("arenas: no job has {} in its name", options.part);
        return ExitCode::from(2);
    }
    if cfg!(debug_assertions) {
        eprintln!("arenas: only optimised code is worth timing: add --release");
        return ExitCode::from(2);
    }
    contest::hold(&mut groups, options.rounds);
    groups.iter().filter(|group| !group.contests.is_empty()).for_each(|group| group.print());
    ExitCode::SUCCESS
}
