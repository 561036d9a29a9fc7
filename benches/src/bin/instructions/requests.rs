//! Arenas for requests: from a pool, reset, or new.

use std::error::Error;

use janus_benches::workloads::Workload;
use janus_benches::workloads::requests::{WAYS, Way};

use crate::{NOTHING, callgrind};

/// The beginning of the names of the rows on the command line, which selects all of them.
const TABLE: &str = "requests: ";

/// Returns the workload `name`, which [`callgrind`] runs in a process of its own.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let name = name.strip_prefix(TABLE)?;
    WAYS.iter().find(|way| way.name == name).map(|way| way.run)
}

fn selected(part: &str) -> impl Iterator<Item = &'static Way> {
    WAYS.iter().filter(move |way| format!("{TABLE}{}", way.name).contains(part))
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    selected(part).next().is_some()
}

/// Measures the rows whose names contain `part`.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    let nothing = callgrind::instructions(NOTHING)?;
    println!("\nRequests: instructions to get an arena, allocate three blocks of 64 bytes, and give the arena back.\n");
    for way in selected(part) {
        let count = callgrind::instructions(&format!("{TABLE}{}", way.name))? - nothing;
        println!("{:30} {count:>8.1}", way.name);
    }
    Ok(())
}
