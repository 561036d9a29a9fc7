//! Measures every cell in a process of its own, in turns.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};

use crate::options::{CELL, Options};
use crate::shuffle::shuffle;
use crate::strategies::{Kept, STRATEGIES};
use crate::structures::{NAMES, Source, runs};

/// One structure of `2^size` elements in one allocator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) structure: usize,
    pub(crate) strategy: usize,
    pub(crate) size: u32,
    pub(crate) work: u32,
    pub(crate) shuffled: bool,
}

impl Cell {
    /// In this process.
    pub(crate) fn run(self) -> Result<Duration, Box<dyn Error>> {
        let (_, strategy) = STRATEGIES.get(self.strategy).ok_or("no such strategy")?;
        if self.structure >= NAMES.len() {
            return Err("no such structure".into());
        }
        if self.shuffled {
            shuffle();
        }
        let (mut source, mut kept) = (Source::new(), Kept::default());
        let start = Instant::now();
        for _ in 0..runs(self.structure, self.size, self.work) {
            strategy(black_box(self.structure), 1 << self.size, &mut source, &mut kept);
        }
        Ok(start.elapsed())
    }

    /// In another process.
    fn measure(self) -> Result<Duration, Box<dyn Error>> {
        let Self { structure, strategy, size, work, shuffled } = self;
        let mut command = Command::new(env::current_exe()?);
        let numbers = [structure.to_string(), strategy.to_string(), size.to_string()];
        command.arg(format!("--{CELL}")).args(numbers).args(["--work", &work.to_string()]);
        if shuffled {
            command.arg("--shuffled");
        }
        let output = command.stderr(Stdio::inherit()).output()?;
        let time = String::from_utf8_lossy(&output.stdout).trim().parse();
        Ok(Duration::from_nanos(time.map_err(|_| format!("a process has failed: {self:?}"))?))
    }
}

/// The fastest time of each cell, in seconds: by structure, size and strategy.
pub(crate) struct Table {
    pub(crate) sizes: Vec<u32>,
    pub(crate) times: Vec<Vec<Vec<f64>>>,
}

pub(crate) fn hold(options: &Options) -> Result<Table, Box<dyn Error>> {
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
    /// A time as percent of the default's.
    pub(crate) fn percent(&self, structure: usize, size: usize, strategy: usize) -> f64 {
        let times = &self.times[structure][size];
        100.0 * times[strategy] / times[0]
    }

    /// The geometric mean over all sizes.
    fn mean(&self, structure: usize, strategy: usize) -> f64 {
        let logarithms = (0..self.sizes.len()).map(|size| self.percent(structure, size, strategy).ln());
        (logarithms.sum::<f64>() / self.sizes.len() as f64).exp()
    }

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
