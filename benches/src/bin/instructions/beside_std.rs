//! Our collections and std's, both with the system allocator.

use std::error::Error;

use janus_benches::workloads::beside_std::{Operation, Sized};
use janus_benches::workloads::{deques, strings, trees, vectors};

use crate::callgrind::{self, FEW, MANY};

/// Operations on collections of one kind.
struct Table {
    /// The beginning of the names of the rows on the command line, which selects all of them.
    name: &'static str,
    /// The unit of the counts.
    unit: &'static str,
    operations: &'static [Operation],
    columns: &'static [Column],
    /// The largest count allowed for ours, as a multiple of std's.
    goal: fn(&Operation) -> f64,
    /// The operations of quadratic time, which are not measured in the last column.
    quadratic: &'static [&'static str],
}

/// Collections of one size.
struct Column {
    /// The number of elements of a collection. `None` if one collection has all that are counted.
    size: Option<usize>,
    /// The two counts whose difference is measured, of turns or of elements.
    counts: (usize, usize),
    /// The number by which the instructions of one count are divided.
    per: usize,
}

impl Column {
    /// Returns a column whose counts have the unit of the table.
    const fn new(size: usize, counts: (usize, usize)) -> Self {
        Self { size: Some(size), counts, per: 1 }
    }

    /// Returns a column whose counts are of turns, for a table about elements.
    const fn by_turns((size, turns): (usize, (usize, usize))) -> Self {
        Self { size: Some(size), counts: turns, per: size }
    }

    fn heading(&self) -> String {
        self.size.map_or("all".to_owned(), |size| size.to_string())
    }
}

const TABLES: [Table; 4] = [
    Table {
        name: "collections",
        unit: "instructions an element, in many vectors of 100 and in one of all",
        operations: vectors::OPERATIONS,
        columns: &[Column::new(100, (FEW, MANY)), Column { size: None, counts: (FEW, MANY), per: 1 }],
        goal: |_| 1.05,
        quadratic: &vectors::SHORT_ONLY,
    },
    Table {
        name: "strings",
        unit: "instructions a turn, with strings of so many bytes",
        operations: strings::OPERATIONS,
        columns: &[Column::new(100, (200, 2_200)), Column::new(10_000, (4, 24)), Column::new(1_000_000, (1, 3))],
        goal: |_| 1.05,
        quadratic: &[],
    },
    Table {
        name: "deques",
        unit: "instructions an element, in deques and heaps of so many",
        operations: deques::OPERATIONS,
        columns: &[
            Column::new(100, (FEW, MANY)),
            Column::new(10_000, (10 * FEW, 10 * MANY)),
            Column::new(1_000_000, (100 * FEW, 100 * MANY)),
        ],
        goal: |operation| if operation.name.starts_with("heap") { 1.10 } else { 1.05 },
        quadratic: &deques::NOT_LONGEST,
    },
    Table {
        name: "trees",
        unit: "instructions an element, in maps and lists of so many",
        operations: trees::OPERATIONS,
        columns: &[
            Column::by_turns(trees::COUNTS[0]),
            Column::by_turns(trees::COUNTS[1]),
            Column::by_turns(trees::COUNTS[2]),
        ],
        goal: |_| 1.10,
        quadratic: &[],
    },
];

impl Table {
    fn row_name(&self, operation: &Operation) -> String {
        format!("{}: {}", self.name, operation.name)
    }

    /// Returns the rows whose names contain `part`.
    fn selected(&self, part: &str) -> impl Iterator<Item = &'static Operation> {
        self.operations.iter().filter(move |operation| self.row_name(operation).contains(part))
    }

    fn measure(&self, part: &str) -> Result<(), Box<dyn Error>> {
        println!("\n{}: {}; std's, ours, and ours as a multiple of std's,", self.name, self.unit);
        println!("marked with ! above the goal, which is 1.05, or 1.10 for heaps and trees.\n");
        print!("{:32}", "");
        self.columns.iter().for_each(|column| print!(" {:>11} {:>11} {:>8} ", "std", "ours", column.heading()));
        println!();
        let mut behind = 0;
        for operation in self.selected(part) {
            print!("{:32}", operation.name);
            let skipped = usize::from(self.quadratic.contains(&operation.name));
            for column in &self.columns[..self.columns.len() - skipped] {
                let count = |whose| {
                    let name = format!("{}/{} {whose}", self.row_name(operation), column.heading());
                    let (few, many) = column.counts;
                    callgrind::instructions_between(&name, few, many).map(|count| count / column.per as f64)
                };
                let (std, ours) = (count("std")?, count("ours")?);
                let ratio = ours / std;
                let is_behind = ratio > (self.goal)(operation);
                behind += usize::from(is_behind);
                print!(" {std:>11.2} {ours:>11.2} {ratio:>8.3}{}", if is_behind { '!' } else { ' ' });
            }
            println!();
        }
        println!("\nCounts of ours above the goal: {behind}");
        Ok(())
    }
}

/// Runs the workload `name`, and returns whether it exists.
pub(crate) fn run(name: &str, count: usize) -> bool {
    work(name).is_some_and(|(work, size)| {
        work(count, size.unwrap_or(count));
        true
    })
}

/// Returns the function of a row and a column, and the size of the collections.
fn work(name: &str) -> Option<(Sized, Option<usize>)> {
    let (table, name) = name.split_once(": ")?;
    let (operation, column) = name.rsplit_once('/')?;
    let (heading, whose) = column.split_once(' ')?;
    let table = TABLES.iter().find(|candidate| candidate.name == table)?;
    let operation = table.operations.iter().find(|candidate| candidate.name == operation)?;
    let column = table.columns.iter().find(|candidate| candidate.heading() == heading)?;
    Some((if whose == "std" { operation.std } else { operation.ours }, column.size))
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    TABLES.iter().any(|table| table.selected(part).next().is_some())
}

/// Measures the rows whose names contain `part`.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    TABLES.iter().filter(|table| table.selected(part).next().is_some()).try_for_each(|table| table.measure(part))
}
