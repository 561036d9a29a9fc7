//! Runs all programs with all allocators, in turns.

use std::error::Error;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};
use janus_benches::process::{Cost, Environment, Job};
use janus_benches::statistics;

use crate::allocators::Allocator;
use crate::programs::Ready;

pub(crate) struct Comparison {
    allocators: Vec<Allocator>,
    rows: Vec<Row>,
    rounds: usize,
    /// Descriptions of the failures.
    pub(crate) failures: Vec<String>,
}

struct Row {
    program: Ready,
    /// The costs by allocator, or `None` if it failed.
    costs: Vec<Option<Vec<Cost>>>,
}

/// Runs each program with each allocator in each of `rounds` rounds. Shows its progress on a terminal.
pub(crate) fn measure(
    programs: Vec<Ready>,
    allocators: Vec<Allocator>,
    rounds: usize,
) -> Result<Comparison, Box<dyn Error>> {
    let new = |program| Row { program, costs: vec![Some(Vec::new()); allocators.len()] };
    let mut rows: Vec<Row> = programs.into_iter().map(new).collect();
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left, {msg}")?;
    let progress = ProgressBar::new((rounds * rows.len() * allocators.len()) as u64).with_style(style);
    let (mut random, mut failures) = (Rng::with_seed(0), Vec::new());
    let mut order: Vec<usize> = (0..allocators.len()).collect();
    for _ in 0..rounds {
        for row in &mut rows {
            random.shuffle(&mut order);
            for &at in &order {
                let (name, library) = &allocators[at];
                progress.set_message(format!("{} {name}", row.program.name));
                if let Some(costs) = &mut row.costs[at] {
                    let job = Job { environment: Environment::Preloading(library.clone()), ..row.program.job.clone() };
                    match job.run() {
                        Ok((_, cost)) => costs.push(cost),
                        Err(error) => {
                            failures.push(format!("{} with {name}: {error}", row.program.name));
                            row.costs[at] = None;
                        }
                    }
                }
                progress.inc(1);
            }
        }
    }
    progress.finish_and_clear();
    Ok(Comparison { allocators, rows, rounds, failures })
}

impl Row {
    fn median(&self, allocator: usize, of: fn(&Cost) -> f64) -> f64 {
        statistics::median(self.costs[allocator].iter().flatten().map(of))
    }
}

impl Comparison {
    /// Prints the tables of CPU times and peaks, and the failures.
    pub(crate) fn print(&self) {
        self.print_part("CPU time", "ms", |cost| cost.cpu * 1e3);
        self.print_part("peak memory", "MiB", |cost| cost.peak / 1024.0);
        self.failures.iter().for_each(|failure| println!("\nFAILED, and skipped from then on: {failure}"));
    }

    fn print_part(&self, part: &str, unit: &str, of: fn(&Cost) -> f64) {
        println!("\n{part}: medians of {} rounds, as multiples of those with glibc's malloc\n", self.rounds);
        print!("{:16} {unit:>10}", "");
        self.allocators[1..].iter().for_each(|(name, _)| print!(" {name:>12}"));
        println!();
        for row in &self.rows {
            let reference = row.median(0, of);
            print!("{:16} {reference:>10.1}", row.program.name);
            (1..self.allocators.len()).for_each(|at| print!(" {:>12.2}", row.median(at, of) / reference));
            println!();
        }
        print!("{:16} {:>10}", "geomean", "");
        for at in 1..self.allocators.len() {
            let ratios = self.rows.iter().map(|row| row.median(at, of) / row.median(0, of));
            print!(" {:>12.2}", statistics::geomean(ratios));
        }
        println!();
    }
}
