//! Our `Box`, `Rc` and `Arc` and std's, both with the system allocator.

use std::error::Error;

use janus_benches::workloads::Workload;
use janus_benches::workloads::pointers::{OPERATIONS, Operation};

use crate::{NOTHING, callgrind};

/// The beginning of the names of the rows on the command line, which selects all of them.
const TABLE: &str = "pointers: ";
/// The largest count allowed for ours, as a multiple of std's.
const GOAL: f64 = 1.05;

/// Returns the workload `name`, which [`callgrind`] runs in a process of its own.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let (name, whose) = name.strip_prefix(TABLE)?.rsplit_once('/')?;
    let operation = OPERATIONS.iter().find(|candidate| candidate.name == name)?;
    Some(if whose == "std" { operation.std } else { operation.ours })
}

fn selected(part: &str) -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(move |operation| format!("{TABLE}{}", operation.name).contains(part))
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    selected(part).next().is_some()
}

/// Measures the rows whose names contain `part`.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    let nothing = callgrind::instructions(NOTHING)?;
    println!(
        "\nPointers: instructions of an operation and the drop of its result, without the {nothing:.1} of the empty loop; std's, ours,"
    );
    println!("and ours as a multiple of std's, marked with ! above {GOAL}.\n");
    println!("{:30} {:>8} {:>8} {:>7}", "", "std", "ours", "");
    let mut behind = 0;
    for operation in selected(part) {
        let count = |whose| {
            Ok::<_, Box<dyn Error>>(callgrind::instructions(&format!("{TABLE}{}/{whose}", operation.name))? - nothing)
        };
        let (std, ours) = (count("std")?, count("ours")?);
        let ratio = ours / std;
        let mark = if ratio > GOAL { '!' } else { ' ' };
        behind += usize::from(ratio > GOAL);
        println!("{:30} {std:>8.1} {ours:>8.1} {ratio:>7.3}{mark}", operation.name);
    }
    println!("\nCounts of ours above the goal: {behind}");
    Ok(())
}
