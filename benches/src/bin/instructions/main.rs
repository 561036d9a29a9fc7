//! Counts instructions per operation by valgrind's callgrind. The numbers do not depend on what else the machine does.
//!
//! `cargo run --release -p janus-benches --bin instructions -- [PART OF A NAME]`
//!
//! A workload runs in two processes, with `FEW` and with `MANY` turns. The difference of the totals, divided by the difference of the
//! numbers of turns, does not include the start and the end of the process. The cost of the empty loop is subtracted from it.
//!
//! Exits with 1 if an adapter takes more instructions than its tolerance, or has another size than what it adapts. Goals of arenas, pools
//! and collections are shown, but do not change the exit code.
//!
//! The part of a name selects rows:
//!
//! * `adapters`: the adapters, which have a tolerance.
//! * `blocks`: building blocks beside their parents; those that are to cost nothing have a tolerance.
//! * `arenas`: arenas of this crate and of others. `requests`: an arena for each request, from a pool or not.
//! * `tags`: a tag of a thread, or of a future.
//! * `pools`: pools and default allocators. Programs with other defaults are built for it.
//! * `malloc`: C's functions, by such programs.
//! * `collections`: `Vec`; `strings`: `String`; `deques`: `VecDeque` and `BinaryHeap`; `trees`: `BTreeMap` and `LinkedList`;
//!   `pointers`: `Box`, `Rc` and `Arc`. Each is compared with std's.

mod adapters;
mod arenas;
mod beside_std;
mod blocks;
mod c_malloc;
mod callgrind;
mod loops;
mod pointers;
mod pools;
mod rows;
mod wrappers;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use janus_benches::workloads::{self, Workload};

/// The argument that makes this program run a workload. Its name and a count follow.
const RUN: &str = "--run";
/// The name of the empty loop.
const NOTHING: &str = "nothing";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [RUN, name, count] => run(name, count).map(|()| true),
        [] => measure(""),
        [part] if !part.starts_with('-') => measure(part),
        _ => Err("usage: instructions [PART OF A NAME]".into()),
    };
    process::exit_code("instructions", result)
}

/// Runs the workload `name`.
fn run(name: &str, count: &str) -> Result<(), Box<dyn Error>> {
    let count = count.parse()?;
    if beside_std::run(name, count) {
        return Ok(());
    }
    let workload = match name {
        NOTHING => Some(workloads::nothing as Workload),
        _ => wrappers::workload(name)
            .or_else(|| arenas::workload(name))
            .or_else(|| pools::workload(name))
            .or_else(|| pointers::workload(name))
            .or_else(|| loops::workload(name)),
    };
    workload.ok_or_else(|| format!("no workload {name}"))?(count);
    Ok(())
}

/// Functions of a table: one returns whether the name of a row contains a part, the other measures such rows.
type Table = (fn(&str) -> bool, fn(&str) -> Result<(), Box<dyn Error>>);

/// All tables but the adapters', which has tolerances.
const TABLES: [Table; 6] = [
    (arenas::has, arenas::measure),
    (loops::has, loops::measure),
    (pools::has, pools::measure),
    (c_malloc::has, c_malloc::measure),
    (beside_std::has, beside_std::measure),
    (pointers::has, pointers::measure),
];

/// Measures the rows whose names contain `part`, and returns whether all adapters are within their tolerance.
fn measure(part: &str) -> Result<bool, Box<dyn Error>> {
    let adapters_part = if part == "adapters" { "" } else { part };
    let adapters = wrappers::has(adapters_part);
    if !adapters && !TABLES.iter().any(|(has, _)| has(part)) {
        return Err(format!("no row has {part} in its name").into());
    }
    let mut good = !adapters || adapters::print_sizes();
    if cfg!(debug_assertions) {
        return Err("counts of unoptimised code mean nothing: add --release".into());
    }
    if !callgrind::is_installed() {
        println!("\nSkipped: valgrind, which counts the instructions, is not installed.");
        return Ok(good);
    }
    if adapters {
        good &= wrappers::measure(adapters_part)?;
    }
    for (_, measure) in TABLES.iter().filter(|(has, _)| has(part)) {
        measure(part)?;
    }
    Ok(good)
}
