//! Jobs, and the times in which the allocators do them.

use std::time::Duration;

use janus_benches::statistics::quartiles;

/// Does the job once, and returns its time.
pub(crate) type Job = Box<dyn Fn() -> Duration>;

/// Jobs for the same allocators.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    /// The names of the allocators. The first is the reference for the others.
    pub(crate) names: Vec<&'static str>,
    pub(crate) comparisons: Vec<Comparison>,
}

/// A job, done by each allocator of a group.
pub(crate) struct Comparison {
    pub(crate) name: String,
    /// The job of each allocator.
    pub(crate) jobs: Vec<Job>,
    /// The times of each allocator.
    times: Vec<Vec<Duration>>,
}

impl Comparison {
    /// Returns a comparison without times. `jobs` has one job for each name of the group.
    pub(crate) fn new(name: impl Into<String>, jobs: Vec<Job>) -> Self {
        let times = jobs.iter().map(|_| Vec::new()).collect();
        Self { name: name.into(), jobs, times }
    }

    /// Adds a time of the allocator in `column`.
    pub(crate) fn add(&mut self, column: usize, time: Duration) {
        self.times[column].push(time);
    }
}

impl Group {
    /// Prints a line for each job.
    pub(crate) fn print(&self) {
        println!("\n{}\n", self.title);
        print!("{:25}{:>9} {:>7}", "", "us", "spread");
        self.names.iter().for_each(|name| print!(" {name:>12}"));
        println!();
        for Comparison { name, times, .. } in &self.comparisons {
            let quartiles: Vec<[f64; 3]> =
                times.iter().map(|times| quartiles(times.iter().map(Duration::as_secs_f64))).collect();
            let [low, first, high] = quartiles[0];
            print!("{name:25}{:>9.1} {:>6.0}%", first * 1e6, (high - low) / first * 100.0);
            quartiles.iter().for_each(|[_, median, _]| print!(" {:>12.2}", median / first));
            println!();
        }
    }
}
