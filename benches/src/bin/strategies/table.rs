//! The table of all cells, measured in turns.

use std::error::Error;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cell::Cell;
use crate::options::Options;
use crate::strategies::STRATEGIES;
use crate::structures::NAMES;

/// The fastest time of each cell.
pub(crate) struct Table {
    /// Base-2 logarithms of the lengths.
    pub(crate) sizes: Vec<u32>,
    /// Seconds, by structure, size and strategy.
    times: Vec<Vec<Vec<f64>>>,
}

/// Measures each cell `options.rounds` times.
pub(crate) fn measure(options: &Options) -> Result<Table, Box<dyn Error>> {
    let sizes: Vec<u32> = (options.sizes.0..=options.sizes.1).step_by(2).collect();
    let mut table = Table { times: vec![vec![vec![f64::INFINITY; STRATEGIES.len()]; sizes.len()]; NAMES.len()], sizes };
    let cells = options.rounds * NAMES.len() * table.sizes.len() * STRATEGIES.len();
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} cells, {eta} left")?;
    let progress = ProgressBar::new(cells as u64).with_style(style);
    let mut random = Rng::with_seed(0);
    for _ in 0..options.rounds {
        for (structure, by_size) in table.times.iter_mut().enumerate() {
            for (times, &size) in by_size.iter_mut().zip(&table.sizes) {
                let mut order: Vec<usize> = (0..STRATEGIES.len()).collect();
                random.shuffle(&mut order);
                for strategy in order {
                    let cell = Cell { structure, strategy, size, work: options.work, shuffled: options.shuffled };
                    times[strategy] = times[strategy].min(cell.measure()?.as_secs_f64());
                    progress.inc(1);
                }
            }
        }
    }
    progress.finish_and_clear();
    Ok(table)
}

impl Table {
    /// Returns a time as a percentage of the default's.
    pub(crate) fn percent(&self, structure: usize, size: usize, strategy: usize) -> f64 {
        let times = &self.times[structure][size];
        100.0 * times[strategy] / times[0]
    }

    /// Returns the geometric mean of the percentages over all sizes.
    fn mean(&self, structure: usize, strategy: usize) -> f64 {
        let logarithms = (0..self.sizes.len()).map(|size| self.percent(structure, size, strategy).ln());
        (logarithms.sum::<f64>() / self.sizes.len() as f64).exp()
    }

    /// Prints the means of each structure and of all.
    pub(crate) fn print(&self) {
        let (first, last) = (self.sizes[0], self.sizes[self.sizes.len() - 1]);
        println!("\nTime as percent of the default's: geometric means over sizes from 2^{first} to 2^{last}\n");
        print!("{:28}", "");
        STRATEGIES.iter().for_each(|(name, _)| print!(" {name:>13}"));
        println!();
        for (structure, name) in NAMES.iter().enumerate() {
            print!("{name:28}");
            (0..STRATEGIES.len()).for_each(|strategy| print!(" {:>13.0}", self.mean(structure, strategy)));
            println!();
        }
        print!("{:28}", "all");
        for strategy in 0..STRATEGIES.len() {
            let logarithms = (0..NAMES.len()).map(|structure| self.mean(structure, strategy).ln());
            print!(" {:>13.0}", (logarithms.sum::<f64>() / NAMES.len() as f64).exp());
        }
        println!();
    }
}
