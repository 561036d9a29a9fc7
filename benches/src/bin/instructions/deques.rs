//! Our deques and heaps beside std's, both on the allocator of the operating system.

use std::error::Error;

use janus_benches::workloads::deques::{NOT_LONGEST, OPERATIONS};
use janus_benches::workloads::vectors::Operation;

use crate::callgrind;

/// The names of the rows begin with this on the command line, and so it selects all.
const TABLE: &str = "deques: ";
/// Lengths, and how many elements a count stands for. A workload makes as many deques of a length as have so many elements.
const LENGTHS: [(usize, usize); 3] = [(100, 1), (10_000, 10), (1_000_000, 100)];

/// The most that ours may take, as a multiple of std's.
fn goal(operation: &Operation) -> f64 {
    if operation.name.starts_with("heap") { 1.10 } else { 1.05 }
}

/// Does the work of the workload `name`, and says whether there is one.
pub(crate) fn run(name: &str, count: usize) -> bool {
    let Some((operation, (length, whose))) = name
        .strip_prefix(TABLE)
        .and_then(|name| name.rsplit_once('/'))
        .and_then(|(operation, of)| Some((operation, of.split_once(' ')?)))
    else {
        return false;
    };
    let Some(operation) = OPERATIONS.iter().find(|candidate| candidate.name == operation) else { return false };
    let Some((length, multiple)) = LENGTHS.into_iter().find(|candidate| candidate.0.to_string() == length) else {
        return false;
    };
    let work = if whose == "std" { operation.std } else { operation.ours };
    work(count * multiple, length);
    true
}

fn selected(part: &str) -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(move |operation| format!("{TABLE}{}", operation.name).contains(part))
}

/// Whether a row has `part` in its name.
pub(crate) fn has(part: &str) -> bool {
    selected(part).next().is_some()
}

/// Measures the rows with `part` in their names.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    println!(
        "\nDeques and heaps: instructions an element, by length; std's, ours, and ours as a multiple, marked with ! if"
    );
    println!("that is more than 1.05, or 1.10 of heaps.\n");
    print!("{:25}", "");
    for (length, _) in LENGTHS {
        print!(" {:>8} {:>8} {length:>8}  ", "std", "ours");
    }
    println!();
    let mut behind = 0;
    for operation in selected(part) {
        print!("{:25}", operation.name);
        for (length, multiple) in LENGTHS {
            if length == LENGTHS[2].0 && NOT_LONGEST.contains(&operation.name) {
                continue;
            }
            let count = |whose| {
                let name = format!("{TABLE}{}/{length} {whose}", operation.name);
                callgrind::instructions(&name).map(|instructions| instructions / multiple as f64)
            };
            let (std, ours) = (count("std")?, count("ours")?);
            let ratio = ours / std;
            let late = ratio > goal(operation);
            behind += usize::from(late);
            print!(" {std:>8.2} {ours:>8.2} {ratio:>8.3}{} ", if late { '!' } else { ' ' });
        }
        println!();
    }
    println!("\nOf ours behind what is to reach: {behind}");
    Ok(())
}
