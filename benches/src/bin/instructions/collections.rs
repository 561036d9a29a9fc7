//! Our vectors beside std's, both on the allocator of the operating system.

use std::error::Error;

use janus_benches::workloads::vectors::{OPERATIONS, Operation, SHORT_ONLY};

use crate::callgrind;

/// The names of the rows begin with this on the command line, and so it selects all.
const TABLE: &str = "collections: ";
/// The size of short vectors, of which a workload makes many. Of long ones it makes one.
const SHORT: usize = 100;
/// The most that ours may take, as a multiple of std's.
const GOAL: f64 = 1.05;

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
    let size = if length == "short" { SHORT } else { count };
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
        "\nCollections: instructions an element, in vectors of {SHORT} and in long ones; std's, ours, and ours as a"
    );
    println!("multiple, marked with ! if that is more than {GOAL}.\n");
    println!("{:30} {:>8} {:>8} {:>7}   {:>8} {:>8} {:>7}", "", "std", "ours", "short", "std", "ours", "long");
    let mut behind = 0;
    for operation in selected(part) {
        print!("{:30}", operation.name);
        for length in ["short", "long"] {
            if length == "long" && SHORT_ONLY.contains(&operation.name) {
                continue;
            }
            let count = |whose| callgrind::instructions(&format!("{TABLE}{}/{length} {whose}", operation.name));
            let (std, ours) = (count("std")?, count("ours")?);
            let ratio = ours / std;
            behind += usize::from(ratio > GOAL);
            print!(" {std:>8.2} {ours:>8.2} {ratio:>7.3}{}  ", if ratio > GOAL { '!' } else { ' ' });
        }
        println!();
    }
    println!("\nOf ours behind what is to reach: {behind}");
    Ok(())
}
