//! Instructions per operation, counted by valgrind's callgrind: the same number in every run, whatever else the machine
//! does.
//!
//! `cargo run --release -p janus-benches --bin instructions -- [PART OF A NAME]`
//!
//! A workload runs twice, `FEW` and `MANY` times, each in a process of its own. The difference of the two totals,
//! divided by the difference of the two counts, has nothing in it of starting and ending; from it the cost of the empty
//! loop is taken.
//!
//! Exits with 1 if a row strays further from the first of its table than it may, or a size differs.

mod callgrind;
mod rows;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use janus_benches::workloads::{self, Workload};
use rows::{OPERATIONS, Row, TABLES};

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
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::from(2)
        }
    }
}

/// Does the work of the workload `name`.
fn run(name: &str, count: &str) -> Result<(), Box<dyn Error>> {
    workload(name).ok_or_else(|| format!("no workload {name}"))?(count.parse()?);
    Ok(())
}

fn workload(name: &str) -> Option<Workload> {
    if name == NOTHING {
        return Some(workloads::nothing);
    }
    let (row, operation) = name.split_once('/')?;
    let row = TABLES.iter().flat_map(|table| table.rows).find(|candidate| candidate.name == row)?;
    Some(row.runs[OPERATIONS.iter().position(|&candidate| candidate == operation)?])
}

/// Measures the rows with `part` in their names, and says whether all is as it should be.
fn measure(part: &str) -> Result<bool, Box<dyn Error>> {
    let sizes = print_sizes();
    if cfg!(debug_assertions) {
        return Err("only optimised code is worth counting: add --release".into());
    }
    if !TABLES.iter().flat_map(|table| table.rows).any(|row| row.name.contains(part)) {
        return Err(format!("no row has {part} in its name").into());
    }
    if !callgrind::is_there() {
        println!("\nSkipped: there is no valgrind to count instructions with.");
        return Ok(sizes);
    }
    let nothing = callgrind::instructions(NOTHING)?;
    println!(
        "\nInstructions per operation, without the {nothing:.1} of the empty loop; beside them the difference to the"
    );
    println!("first of the table. Sizes are 64 bytes, growing to 128; known or not to the compiler.");
    let mut strayed = 0;
    for table in TABLES {
        if table.rows.iter().any(|row| row.name.contains(part)) {
            strayed += print_table(table.rows, part, nothing)?;
        }
    }
    match strayed {
        0 => println!("\nNo row strays further from the first of its table than it may."),
        _ => println!(
            "\nCounts that stray further from the first of their table than they may, marked with !: {strayed}"
        ),
    }
    Ok(sizes && strayed == 0)
}

/// Returns how many counts stray too far.
fn print_table(rows: &[Row], part: &str, nothing: f64) -> Result<usize, Box<dyn Error>> {
    println!();
    print!("{:34}", "");
    OPERATIONS.iter().for_each(|operation| print!(" {operation:>17}"));
    println!();
    let mut strayed = 0;
    let mut first: Option<[f64; OPERATIONS.len()]> = None;
    for row in rows {
        // The first is what the others are compared with.
        if first.is_some() && !row.name.contains(part) {
            continue;
        }
        print!("{:34}", row.name);
        let mut counts = [0.0; OPERATIONS.len()];
        for (column, operation) in OPERATIONS.iter().enumerate() {
            let count = callgrind::instructions(&format!("{}/{operation}", row.name))? - nothing;
            counts[column] = count;
            let Some(first) = first else {
                print!(" {count:>17.1}");
                continue;
            };
            // To a tenth: what happens once in thousands of operations is not the adapter's.
            let more = ((count - first[column]) * 10.0).round() / 10.0 + 0.0;
            let far = row.may_stray.is_some_and(|may| more.abs() > may);
            strayed += usize::from(far);
            print!(" {count:>8.1} {more:>+7.1}{}", if far { '!' } else { ' ' });
        }
        println!();
        first.get_or_insert(counts);
    }
    Ok(strayed)
}

/// Prints the sizes that an adapter must not change, and says whether it does not.
fn print_sizes() -> bool {
    println!("Sizes in bytes\n");
    let mut equal = true;
    for (name, size, like, expected) in rows::SIZES {
        let mark = if size == expected { "" } else { "  ! should be equal" };
        println!("{name:34} {size:>6}   {like:24} {expected:>6}{mark}");
        equal &= size == expected;
    }
    equal
}
