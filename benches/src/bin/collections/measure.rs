//! Measures the operations, and prints the table.

use std::error::Error;
use std::time::Duration;

use fastrand::Rng;
use indicatif::ProgressBar;
use janus_benches::statistics;

use crate::options::Options;
use crate::subject::Operation;
use crate::subjects::{COLUMNS, KINDS, Kind};

/// One operation on collections of one size.
struct Row {
    kind: &'static Kind,
    operation: Operation,
    size: usize,
    /// The times by column.
    times: [Vec<Duration>; COLUMNS.len()],
}

impl Row {
    fn name(&self) -> String {
        format!("{} {} {}", self.kind.name, self.operation.name(), self.size)
    }

    /// Returns the median time of a column, in nanoseconds.
    fn median(&self, column: usize) -> f64 {
        statistics::median(self.times[column].iter().map(|time| time.as_nanos() as f64))
    }
}

/// Measures all rows in each of the rounds, so that a disturbance of the machine affects all, and prints the table.
pub(crate) fn measure(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut rows: Vec<Row> = KINDS
        .iter()
        .flat_map(|kind| kind.operations.iter().map(move |&operation| (kind, operation)))
        .flat_map(|(kind, operation)| {
            options.sizes.iter().map(move |&size| Row { kind, operation, size, times: Default::default() })
        })
        .filter(|row| row.name().contains(&options.part))
        .collect();
    if rows.is_empty() {
        return Err(format!("no row has {:?} in its name", options.part).into());
    }
    let progress = ProgressBar::new((options.rounds * rows.len()) as u64);
    let mut random = Rng::with_seed(0);
    let mut order: [usize; COLUMNS.len()] = std::array::from_fn(|column| column);
    for _ in 0..options.rounds {
        for row in &mut rows {
            random.shuffle(&mut order);
            for &column in &order {
                let time = || (row.kind.time)(column, row.operation, row.size);
                // A first run after one of another allocator would include page faults.
                time();
                row.times[column].push(time());
            }
            progress.inc(1);
        }
    }
    progress.finish_and_clear();

    println!("Medians of {} rounds: microseconds of std's, and the others as multiples of it\n", options.rounds);
    print!("{:28} {:>10}", "", COLUMNS[0]);
    COLUMNS[1..].iter().for_each(|name| print!(" {name:>8}"));
    println!();
    for row in &rows {
        let std = row.median(0);
        print!("{:28} {:>10.1}", row.name(), std / 1e3);
        (1..COLUMNS.len()).for_each(|column| print!(" {:>8.2}", row.median(column) / std));
        println!();
    }
    print!("{:28} {:>10}", "geomean", "");
    for column in 1..COLUMNS.len() {
        print!(" {:>8.2}", statistics::geomean(rows.iter().map(|row| row.median(column) / row.median(0))));
    }
    println!();
    Ok(())
}
