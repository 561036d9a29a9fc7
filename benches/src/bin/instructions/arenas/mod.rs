//! Arenas, ours and those of other crates.

mod operations;
mod rows;

use std::error::Error;

use janus_benches::workloads::{Workload, bump};
use operations::{Loop, OPERATIONS, Operation};
use rows::{OURS, PEERS, Row, SHARED};

use crate::{NOTHING, callgrind};

/// The beginning of the names of the rows on the command line, which selects all of them.
const TABLE: &str = "arenas: ";
/// The name of the empty loop that passes two values through `black_box`.
const NOTHING_TWICE: &str = "nothing twice";

/// The counts of a row, rounded to a tenth.
type Counts = [f64; OPERATIONS.len()];

/// Returns the workload `name`, which [`callgrind`] runs in a process of its own.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    if name == NOTHING_TWICE {
        return Some(bump::nothing_twice);
    }
    let (row, operation) = name.strip_prefix(TABLE)?.split_once('/')?;
    let row = PEERS.iter().chain(OURS).chain(SHARED).find(|candidate| candidate.name == row)?;
    Some(row.runs[OPERATIONS.iter().position(|candidate| candidate.name == operation)?])
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    selected(PEERS, part).chain(selected(OURS, part)).chain(selected(SHARED, part)).next().is_some()
}

fn selected<'a>(rows: &'a [Row], part: &'a str) -> impl Iterator<Item = &'a Row> {
    rows.iter().filter(move |row| format!("{TABLE}{}", row.name).contains(part))
}

/// Measures the rows whose names contain `part`. Prints the peers, the best of them, the goals, then ours, and then
/// those that threads share, which have no goals.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    println!("\nArenas: instructions per operation, through the trait `Allocator`, without those of the empty loop.\n");
    OPERATIONS.iter().for_each(|operation| println!("{:>10}  {}", operation.name, operation.meaning));
    print!("\n{:34}", "");
    OPERATIONS.iter().for_each(|operation| print!(" {:>8}  ", operation.name));
    println!();

    let loops = (callgrind::instructions(NOTHING)?, callgrind::instructions(NOTHING_TWICE)?);
    let mut best = [f64::INFINITY; OPERATIONS.len()];
    for row in selected(PEERS, part) {
        let counts = count(row, loops)?;
        let does_less = |column: usize| OPERATIONS[column].reuses && !row.reuses;
        print_line(row.name, |column| match does_less(column) {
            true => (format!("({:.1}", counts[column]), ")"),
            false => (format!("{:.1}", counts[column]), ""),
        });
        for (column, best) in best.iter_mut().enumerate().filter(|(column, _)| !does_less(*column)) {
            *best = best.min(counts[column]);
        }
    }
    print_line("best peer", |column| (format!("{:.1}", best[column]), ""));
    print_line("to reach", |column| (format!("{:.1}", OPERATIONS[column].goal), ""));

    let mut behind = 0;
    for row in selected(OURS, part) {
        let counts = count(row, loops)?;
        let marks = |column: usize| marks(counts[column], OPERATIONS[column].goal, best[column]);
        print_line(row.name, |column| (format!("{:.1}", counts[column]), marks(column)));
        behind += (0..OPERATIONS.len()).filter(|column| !marks(*column).is_empty()).count();
    }
    for row in selected(SHARED, part) {
        let counts = count(row, loops)?;
        print_line(row.name, |column| (format!("{:.1}", counts[column]), ""));
    }
    println!("\nCounts of ours above the goal, marked with !, or above the best peer, marked with <: {behind}");
    Ok(())
}

fn marks(count: f64, goal: f64, best: f64) -> &'static str {
    match (count > goal, count > best) {
        (true, true) => "!<",
        (true, false) => "!",
        (false, true) => "<",
        (false, false) => "",
    }
}

/// Prints a row. `cell` returns the number in a column, and the mark after it.
fn print_line(name: &str, cell: impl Fn(usize) -> (String, &'static str)) {
    print!("{name:34}");
    for (number, mark) in (0..OPERATIONS.len()).map(cell) {
        print!(" {number:>8}{mark:2}");
    }
    println!();
}

/// Measures a row. `one` and `two` are the instructions of the two empty loops.
fn count(row: &Row, (one, two): (f64, f64)) -> Result<Counts, Box<dyn Error>> {
    let mut counts = Counts::default();
    for (count, Operation { name, empty_loop, .. }) in counts.iter_mut().zip(&OPERATIONS) {
        let subtracted = match empty_loop {
            Loop::One => one,
            Loop::Two => two,
            Loop::Counted => 0.0,
        };
        let total = callgrind::instructions(&format!("{TABLE}{}/{name}", row.name))?;
        *count = ((total - subtracted) * 10.0).round() / 10.0;
    }
    Ok(counts)
}
