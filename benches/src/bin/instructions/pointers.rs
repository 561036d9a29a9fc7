//! Our `Box`, `Rc` and `Arc` beside std's, both on the allocator of the operating system.

use std::error::Error;

use janus_benches::workloads::Workload;
use janus_benches::workloads::pointers::{OPERATIONS, Operation};

use crate::{NOTHING, callgrind};

/// The names of the rows begin with this on the command line, and so it selects all.
const TABLE: &str = "pointers: ";
/// The most that ours may take, as a multiple of std's.
const GOAL: f64 = 1.05;

/// The workload that [`callgrind`] is told to run as `name`.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let (name, whose) = name.strip_prefix(TABLE)?.rsplit_once('/')?;
    let operation = OPERATIONS.iter().find(|candidate| candidate.name == name)?;
    Some(if whose == "std" { operation.std } else { operation.ours })
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
    let nothing = callgrind::instructions(NOTHING)?;
    println!(
        "\nPointers: instructions an operation, without the {nothing:.1} of the empty loop, the drop of what it makes included; std's,"
    );
    println!("ours, and ours as a multiple, marked with ! if that is more than {GOAL}.\n");
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
    println!("\nOf ours behind what is to reach: {behind}");
    Ok(())
}
