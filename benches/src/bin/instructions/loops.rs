//! Loops that are counted for themselves: the arena of a request, and a tag.

use std::error::Error;

use janus_benches::workloads::requests::WAYS;
use janus_benches::workloads::tags::TAGS;
use janus_benches::workloads::{Loop, Workload};

use crate::{NOTHING, callgrind};

struct Table {
    /// The beginning of the names of the rows on the command line, which selects all of them.
    name: &'static str,
    /// What one turn of a loop does.
    turn: &'static str,
    loops: &'static [Loop],
}

static TABLES: &[Table] = &[
    Table {
        name: "requests: ",
        turn: "Requests: instructions to get an arena, allocate three blocks of 64 bytes, and give the arena back.",
        loops: WAYS,
    },
    Table { name: "tags: ", turn: "Tags: instructions to enter a tag and end it.", loops: TAGS },
];

impl Table {
    fn selected(&self, part: &str) -> impl Iterator<Item = &'static Loop> {
        self.loops.iter().filter(move |row| format!("{}{}", self.name, row.name).contains(part))
    }
}

/// Returns the workload `name`, which [`callgrind`] runs in a process of its own.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    TABLES.iter().find_map(|table| {
        let name = name.strip_prefix(table.name)?;
        table.loops.iter().find(|row| row.name == name).map(|row| row.run)
    })
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    TABLES.iter().any(|table| table.selected(part).next().is_some())
}

/// Measures the rows whose names contain `part`.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    let nothing = callgrind::instructions(NOTHING)?;
    for table in TABLES.iter().filter(|table| table.selected(part).next().is_some()) {
        println!("\n{}\n", table.turn);
        for row in table.selected(part) {
            let count = callgrind::instructions(&format!("{}{}", table.name, row.name))? - nothing;
            println!("{:30} {count:>8.1}", row.name);
        }
    }
    Ok(())
}
