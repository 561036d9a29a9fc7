//! Measures adapters and building blocks beside their parents.

use std::error::Error;

use janus_benches::workloads::Workload;

use crate::rows::{OPERATIONS, Row, Table};
use crate::{NOTHING, adapters, blocks, callgrind};

/// The name that selects all building blocks.
const BLOCKS: &str = "blocks";

fn tables() -> impl Iterator<Item = &'static Table> {
    adapters::TABLES.iter().chain(blocks::TABLES)
}

/// Returns the tables that `part` selects, and the part of the names of their rows.
fn selected(part: &str) -> (Vec<&'static Table>, &str) {
    if part == BLOCKS { (blocks::TABLES.iter().collect(), "") } else { (tables().collect(), part) }
}

/// Returns the workload `name`, which [`callgrind`] runs in a process of its own.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let (row, operation) = name.split_once('/')?;
    let row = tables().flat_map(|table| table.rows).find(|candidate| candidate.name == row)?;
    Some(row.runs[OPERATIONS.iter().position(|&candidate| candidate == operation)?])
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    let (tables, part) = selected(part);
    tables.iter().flat_map(|table| table.rows).any(|row| row.name.contains(part))
}

/// Measures the rows whose names contain `part`, and returns whether all are within their tolerance.
pub(crate) fn measure(part: &str) -> Result<bool, Box<dyn Error>> {
    let nothing = callgrind::instructions(NOTHING)?;
    println!(
        "\nInstructions per operation, without the {nothing:.1} of the empty loop, with the difference from the first row of the"
    );
    println!("table. The compiler knows the sizes or not: 64 bytes, grown to 128.");
    let mut exceeded = 0;
    let (tables, part) = selected(part);
    for table in tables {
        if table.rows.iter().any(|row| row.name.contains(part)) {
            exceeded += print_table(table.rows, part, nothing)?;
        }
    }
    match exceeded {
        0 => println!("\nAll rows are within their tolerance."),
        _ => println!("\nCounts beyond their tolerance, marked with !: {exceeded}"),
    }
    Ok(exceeded == 0)
}

/// Returns how many counts are beyond their tolerance.
fn print_table(rows: &[Row], part: &str, nothing: f64) -> Result<usize, Box<dyn Error>> {
    println!();
    print!("{:34}", "");
    OPERATIONS.iter().for_each(|operation| print!(" {operation:>17}"));
    println!();
    let mut exceeded = 0;
    let mut first: Option<[f64; OPERATIONS.len()]> = None;
    for row in rows {
        // The first row is the reference.
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
            // Rounded to a tenth: an event once in thousands of operations is not the wrapper's.
            let difference = ((count - first[column]) * 10.0).round() / 10.0 + 0.0;
            let is_beyond = row.tolerance.is_exceeded_by(difference, operation);
            exceeded += usize::from(is_beyond);
            print!(" {count:>8.1} {difference:>+7.1}{}", if is_beyond { '!' } else { ' ' });
        }
        println!();
        first.get_or_insert(counts);
    }
    Ok(exceeded)
}
