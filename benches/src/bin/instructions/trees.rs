//! Our B-trees and linked lists beside std's, both on the allocator of the operating system.

use std::error::Error;

use janus_benches::workloads::trees::{OPERATIONS, Operation, SIZES};

use crate::callgrind;

/// The names of the rows begin with this on the command line, and so it selects all.
const TABLE: &str = "trees: ";
/// The most that ours may take, as a multiple of std's.
const GOAL: f64 = 1.10;

/// Does the work of the workload `name`, and says whether there is one.
pub(crate) fn run(name: &str, count: usize) -> bool {
    let Some((operation, (size, whose))) = name
        .strip_prefix(TABLE)
        .and_then(|name| name.rsplit_once('/'))
        .and_then(|(operation, of)| Some((operation, of.split_once(' ')?)))
    else {
        return false;
    };
    let Some(operation) = OPERATIONS.iter().find(|candidate| candidate.name == operation) else { return false };
    let Ok(size) = size.parse() else { return false };
    let work = if whose == "std" { operation.std } else { operation.ours };
    work(count, size);
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
        "\nTrees: instructions an element, in maps and lists of so many; std's, ours, and ours as a multiple, marked"
    );
    println!("with ! if that is more than {GOAL}.\n");
    print!("{:32}", "");
    for (size, ..) in SIZES {
        print!(" {:>8} {:>8} {:>7}  ", "std", "ours", size);
    }
    println!();
    let mut behind = 0;
    for operation in selected(part) {
        print!("{:32}", operation.name);
        for (size, few, many) in SIZES {
            let count = |whose| {
                callgrind::instructions_between(&format!("{TABLE}{}/{size} {whose}", operation.name), few, many)
                    .map(|a_turn| a_turn / size as f64)
            };
            let (std, ours) = (count("std")?, count("ours")?);
            let ratio = ours / std;
            behind += usize::from(ratio > GOAL);
            print!(" {std:>8.2} {ours:>8.2} {ratio:>7.3}{} ", if ratio > GOAL { '!' } else { ' ' });
        }
        println!();
    }
    println!("\nOf ours behind what is to reach: {behind}");
    Ok(())
}
