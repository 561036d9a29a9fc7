//! The study "On Quantifying Memory-Allocation Strategies" (Lakos, Mendelsohn, Meredith, Myers; WG21 P0089R1, 2016) with this crate: the
//! time to build and end each of twelve data structures in each of eleven allocators, as a percentage of the default's.
//!
//! `cargo run --release -p janus-benches --bin strategies -- [OPTIONS]`, and `--help` for the options.
//!
//! The structures are vectors and hash sets of integers and strings, and vectors and hash sets of those. Each cell is a process of its
//! own, which builds and ends its structure many times, the largest ones once. "Winked out" means that the structure is forgotten, and
//! the reset of the arena or the drop of the pool frees its memory.
//!
//! Two things differ from the study. Values move in Rust, so the outer structure holds copies of an inner one outside it, and sets
//! compare inner structures by a number. The heap is shuffled before every strategy, not only before the default.

mod cell;
mod heat_map;
mod options;
mod shuffle;
mod strategies;
mod structures;
mod table;

use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use options::Command;

fn main() -> ExitCode {
    process::exit_code("strategies", run().map(|()| true))
}

fn run() -> Result<(), Box<dyn Error>> {
    match options::from_command_line()? {
        Command::Help => print!("{}", options::HELP),
        Command::Run(cell) => println!("{}", cell.run()?.as_nanos()),
        Command::Measure(_) if cfg!(debug_assertions) => {
            return Err("times of unoptimised code mean nothing: add --release".into());
        }
        Command::Measure(options) => {
            let table = table::measure(&options)?;
            table.print();
            if let Some(path) = &options.svg {
                heat_map::draw(&table, path)?;
            }
        }
    }
    Ok(())
}
