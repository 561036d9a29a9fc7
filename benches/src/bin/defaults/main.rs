//! Times default allocators, ours and those of other crates: wall time, CPU time and peak memory of whole processes.
//!
//! `cargo run --release -p janus-benches --bin defaults -- [OPTIONS]`, and `--help` for the options.
//!
//! One program is built for each default, of the package `janus-defaults`, which contains the work. Peers that cannot be built are
//! skipped. Each round runs every workload once with every default, in random order, each time in a new process. The tables show medians
//! and ratios of medians; a geomean is one of the ratios of workloads.
//!
//! | workload | its work, and the source of its description |
//! | --- | --- |
//! | `larson` | threads hand arrays of random-size blocks to new threads; Larson and Krishnan, ISMM 1998 |
//! | `xmalloc` | producers allocate, consumers free; Lever and Boreham, USENIX 2000 |
//! | `sh6bench`, `sh8bench` | the last block first, mostly, on one thread, and between two; MicroQuill |
//! | `mstress` | threads start, end and exchange blocks; mimalloc's stress test |
//! | `cache-scratch`, `cache-thrash` | writes to small objects of two threads; Hoard, ASPLOS 2000 |
//! | `rptest` | random sizes, freed by another thread; rpmalloc-benchmark |
//! | `churn` | thousands of threads that allocate a little |
//! | `vec-growth` | a vector pushed to until it has 64 MiB |
//! | `vec-strings` | many `Vec<String>` |
//! | `json` | a text parsed into `serde_json::Value`, and dropped |
//! | `btree` | `BTreeMap<String, Vec<String>>` |
//! | `sort` | strings sorted by strings computed from them |
//! | `word-count` | `HashMap<String, usize>` |
//! | `tree` | boxes in boxes; binary-trees of the Benchmarks Game |
//! | `large-touched`, `large-untouched` | 64 KiB to 8 MiB, each page written to or hardly any |
//! | `calloc` | `vec![0; n]`, 64 KiB to 4 MiB, a quarter written to |
//! | `lifo`, `fifo`, `shuffled` | micro: pairs of one size, freed in this order |
//! | `fork` | a small process that forks, 2000 times; in no geomean |
//!
//! All but the micro ones hold blocks of many sizes at once. A number at the end of a name is the number of threads; each does as much
//! work as the one of `-1`.

mod comparison;
mod options;
mod tables;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::ProgressBar;
use janus_benches::{defaults, process};

use comparison::Comparison;
use options::{Command, Options};

fn main() -> ExitCode {
    if let Some(code) = process::run_start_request() {
        return code;
    }
    process::exit_code("defaults", run())
}

/// Returns whether no default failed.
fn run() -> Result<bool, Box<dyn Error>> {
    let options = match options::from_command_line()? {
        Command::Help => {
            print!("{}", options::HELP);
            return Ok(true);
        }
        Command::Measure(options) => options,
    };
    let programs = programs(&options)?;
    let mut comparison = Comparison::new(programs, &options.only)?;
    comparison.run(options.rounds)?;
    tables::print(&comparison, options.rounds);
    comparison.failures.iter().for_each(|failure| println!("\nFAILED, and skipped from then on: {failure}"));
    Ok(comparison.failures.is_empty())
}

/// Builds the programs, or finds those built before, and returns their names and paths.
fn programs(options: &Options) -> Result<Vec<(String, PathBuf)>, Box<dyn Error>> {
    let progress = ProgressBar::new_spinner();
    let mut programs = Vec::new();
    for name in &options.defaults {
        let program = if options.skip_build {
            let program = defaults::program(name)?;
            if program.exists() { Ok(program) } else { Err("it has not been built".into()) }
        } else {
            progress.set_message(format!("building {name}"));
            progress.enable_steady_tick(Duration::from_millis(200));
            defaults::build(name)
        };
        match program {
            Ok(program) => programs.push((name.clone(), program)),
            Err(error) => progress.suspend(|| println!("Skipped {name}: {error}")),
        }
    }
    progress.finish_and_clear();
    Ok(programs)
}
