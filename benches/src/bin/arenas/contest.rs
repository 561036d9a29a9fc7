//! Who does a job in what time.

use std::error::Error;
use std::time::Duration;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};
use janus_benches::statistics::quartiles;

use crate::worker::Worker;

/// Does the job once, and says how long it took.
pub(crate) type Job = Box<dyn Fn() -> Duration>;

/// Jobs done by the same allocators.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    /// The allocators. The first is what the others are compared with.
    pub(crate) names: Vec<&'static str>,
    pub(crate) contests: Vec<Contest>,
}

/// A job.
pub(crate) struct Contest {
    pub(crate) name: String,
    /// As each allocator does it.
    pub(crate) jobs: Vec<Job>,
    /// How long it took each.
    times: Vec<Vec<Duration>>,
}

impl Contest {
    /// One job for each name of the group.
    pub(crate) fn new(name: impl Into<String>, jobs: Vec<Job>) -> Self {
        let times = jobs.iter().map(|_| Vec::new()).collect();
        Self { name: name.into(), jobs, times }
    }
}

/// Holds all contests in turns, so that what disturbs the machine for a while disturbs all. Shows on a terminal how far
/// it is.
pub(crate) fn hold(groups: &mut [Group], rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut workers = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let group_workers: Result<Vec<Worker>, _> =
            (0..group.names.len()).map(|column| Worker::start(number, column)).collect();
        workers.push(group_workers?);
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds, {eta} left")?;
    let progress = ProgressBar::new(rounds as u64).with_style(style);
    let mut random = Rng::with_seed(0);
    // The first round finds cold caches and heaps, and does not count.
    for round in 0..=rounds {
        for (group, workers) in groups.iter_mut().zip(&mut workers) {
            let mut order: Vec<usize> = (0..workers.len()).collect();
            for contest in &mut group.contests {
                random.shuffle(&mut order);
                for &column in &order {
                    let time = workers[column].time(&contest.name)?;
                    contest.times[column].extend((round > 0).then_some(time));
                }
            }
        }
        progress.set_position(round as u64);
    }
    progress.finish_and_clear();
    Ok(())
}

impl Group {
    /// Prints a line for each job.
    pub(crate) fn print(&self) {
        println!("\n{}\n", self.title);
        print!("{:25}{:>9} {:>7}", "", "us", "spread");
        self.names.iter().for_each(|name| print!(" {name:>12}"));
        println!();
        for Contest { name, times, .. } in &self.contests {
            let quartiles: Vec<[f64; 3]> =
                times.iter().map(|times| quartiles(times.iter().map(Duration::as_secs_f64))).collect();
            let [low, first, high] = quartiles[0];
            print!("{name:25}{:>9.1} {:>6.0}%", first * 1e6, (high - low) / first * 100.0);
            quartiles.iter().for_each(|[_, median, _]| print!(" {:>12.2}", median / first));
            println!();
        }
    }
}
