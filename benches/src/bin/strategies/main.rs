//! "On Quantifying Memory-Allocation Strategies" (Lakos, Mendelsohn, Meredith, Myers; WG21 P0089R1, 2016), for this crate: what twelve
//! data structures cost to build and end in each of eleven allocators, as percent of the default.
//!
//! `cargo run --release -p janus-benches --bin strategies -- [OPTIONS]`, and `--help` for the options.
//!
//! The structures are vectors and hash sets of integers and strings, and vectors and hash sets of those. Each cell is a process of
//! its own, which builds and ends its structure many times, the largest ones once. "Winked out" means that the structure is
//! forgotten and its memory comes back with the reset of the arena, or goes with the pool.
//!
//! Beside the study: the outer structure holds copies of an inner one that stays outside, and sets compare inner structures by a
//! number, since values move in Rust. The heap is shuffled before every strategy, not only before the default.

mod contest;
mod heat_map;
mod options;
mod shuffle;
mod strategies;
mod structures;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    process::ended("strategies", run().map(|()| true))
}

fn run() -> Result<(), Box<dyn Error>> {
    match options::from_command_line()? {
        Command::Help => print!("{}", options::HELP),
        Command::Run(cell) => println!("{}", cell.run()?.as_nanos()),
        Command::Measure(_) if cfg!(debug_assertions) => {
            return Err("only optimised code is worth timing: add --release".into());
        }
        Command::Measure(options) => {
            let table = contest::hold(&options)?;
            table.print();
            if let Some(path) = &options.svg {
                heat_map::draw(&table, path)?;
            }
        }
    }
    Ok(())
}
