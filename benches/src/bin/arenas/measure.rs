//! Runs the jobs.

use std::error::Error;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};

use crate::comparison::Group;
use crate::worker::Worker;

/// Runs all jobs of all groups in each of `rounds` rounds, so that a disturbance of the machine affects all allocators. Shows its
/// progress on a terminal.
pub(crate) fn measure(groups: &mut [Group], rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut workers = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let group_workers: Result<Vec<Worker>, _> =
            (0..group.names.len()).map(|column| Worker::start(number, column)).collect();
        workers.push(group_workers?);
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds, {eta} left")?;
    let progress = ProgressBar::new(rounds as u64).with_style(style);
    let mut random = Rng::with_seed(0);
    // The first round runs with cold caches and heaps, and does not count.
    for round in 0..=rounds {
        for (group, workers) in groups.iter_mut().zip(&mut workers) {
            let mut order: Vec<usize> = (0..workers.len()).collect();
            for comparison in &mut group.comparisons {
                random.shuffle(&mut order);
                for &column in &order {
                    let time = workers[column].time(&comparison.name)?;
                    if round > 0 {
                        comparison.add(column, time);
                    }
                }
            }
        }
        progress.set_position(round as u64);
    }
    progress.finish_and_clear();
    Ok(())
}
