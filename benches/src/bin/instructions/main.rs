//! Instructions per operation, counted by valgrind's callgrind: the same number in every run, whatever else the machine
//! does.
//!
//! `cargo run --release -p janus-benches --bin instructions -- [PART OF A NAME]`
//!
//! A workload runs twice, `FEW` and `MANY` times, each in a process of its own. The difference of the two totals,
//! divided by the difference of the two counts, has nothing in it of starting and ending; from it the cost of the empty
//! loop is taken.
//!
//! Exits with 1 if an adapter strays further from what it adapts than it may, or its size differs. Where an arena or a
//! pool of ours is behind is only shown; `arenas` for the part of a name measures all arenas and nothing else, `pools` the
//! pools, for which programs with other defaults are built; `malloc` C's functions, by such programs. `adapters` measures what has a
//! limit, `collections` our `Vec`, `strings` our `String`, `deques` our `VecDeque` and `BinaryHeap`, `trees` our `BTreeMap` and
//! `pointers` our `Box`, `Rc` and `Arc`, each beside std's.

mod adapters;
mod arenas;
mod beside_std;
mod c_malloc;
mod callgrind;
mod pointers;
mod pools;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use janus_benches::process;
use janus_benches::workloads::{self, Workload};

/// The argument that makes this program the measured one: then a name and a count follow.
const RUN: &str = "--run";
/// The name of the loop that does nothing.
const NOTHING: &str = "nothing";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [RUN, name, count] => run(name, count).map(|()| true),
        [] => measure(""),
        [part] if !part.starts_with('-') => measure(part),
        _ => Err("usage: instructions [PART OF A NAME]".into()),
    };
    process::ended("instructions", done)
}

/// Does the work of the workload `name`.
fn run(name: &str, count: &str) -> Result<(), Box<dyn Error>> {
    let count = count.parse()?;
    if beside_std::run(name, count) {
        return Ok(());
    }
    let workload = match name {
        NOTHING => Some(workloads::nothing as Workload),
        _ => adapters::workload(name)
            .or_else(|| arenas::workload(name))
            .or_else(|| pools::workload(name))
            .or_else(|| pointers::workload(name)),
    };
    workload.ok_or_else(|| format!("no workload {name}"))?(count);
    Ok(())
}

/// Says whether a table has rows with a part of a name, and measures these.
type Table = (fn(&str) -> bool, fn(&str) -> Result<(), Box<dyn Error>>);

/// All but the adapters, which have a limit.
const TABLES: [Table; 5] = [
    (arenas::has, arenas::measure),
    (pools::has, pools::measure),
    (c_malloc::has, c_malloc::measure),
    (beside_std::has, beside_std::measure),
    (pointers::has, pointers::measure),
];

/// Measures the rows with `part` in their names, and says whether all is as it should be.
fn measure(part: &str) -> Result<bool, Box<dyn Error>> {
    let adapters_part = if part == "adapters" { "" } else { part };
    let adapters = adapters::has(adapters_part);
    if !adapters && !TABLES.iter().any(|(has, _)| has(part)) {
        return Err(format!("no row has {part} in its name").into());
    }
    let mut good = !adapters || adapters::print_sizes();
    if cfg!(debug_assertions) {
        return Err("only optimised code is worth counting: add --release".into());
    }
    if !callgrind::is_there() {
        println!("\nSkipped: there is no valgrind to count instructions with.");
        return Ok(good);
    }
    if adapters {
        good &= adapters::measure(adapters_part)?;
    }
    for (_, measure) in TABLES.iter().filter(|(has, _)| has(part)) {
        measure(part)?;
    }
    Ok(good)
}
