//! Who does a job in what time.

use std::time::Duration;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};

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
    entries: Vec<Entry>,
}

/// An allocator that does it.
struct Entry {
    job: Job,
    times: Vec<Duration>,
}

impl Contest {
    /// One job for each name of the group.
    pub(crate) fn new(name: impl Into<String>, jobs: Vec<Job>) -> Self {
        let entries = jobs.into_iter().map(|job| Entry { job, times: Vec::new() }).collect();
        Self { name: name.into(), entries }
    }

    /// Lets each do the job once, in an order of chance: what one leaves of the heap the next finds.
    fn hold(&mut self, random: &mut Rng) {
        let mut order: Vec<&mut Entry> = self.entries.iter_mut().collect();
        random.shuffle(&mut order);
        for entry in order {
            entry.times.push((entry.job)());
        }
    }
}

/// Holds all contests in turns, so that what disturbs the machine for a while disturbs all. Shows on a terminal how far
/// it is.
pub(crate) fn hold(groups: &mut [Group], rounds: usize) {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds, {eta} left").expect("a template");
    let progress = ProgressBar::new(rounds as u64).with_style(style);
    let mut random = Rng::with_seed(0);
    // The first round finds cold caches and a heap without free blocks.
    for round in 0..=rounds {
        for contest in groups.iter_mut().flat_map(|group| &mut group.contests) {
            contest.hold(&mut random);
            if round == 0 {
                contest.entries.iter_mut().for_each(|entry| entry.times.clear());
            }
        }
        progress.set_position(round as u64);
    }
    progress.finish_and_clear();
}

impl Group {
    /// Prints a line for each job.
    pub(crate) fn print(&self) {
        println!("\n{}\n", self.title);
        print!("{:22}{:>9} {:>7}", "", "us", "spread");
        self.names.iter().for_each(|name| print!(" {name:>12}"));
        println!();
        for Contest { name, entries } in &self.contests {
            let quartiles: Vec<[f64; 3]> = entries.iter().map(|entry| quartiles(&entry.times)).collect();
            let [low, first, high] = quartiles[0];
            print!("{name:22}{:>9.1} {:>6.0}%", first * 1e6, (high - low) / first * 100.0);
            quartiles.iter().for_each(|[_, median, _]| print!(" {:>12.2}", median / first));
            println!();
        }
    }
}

/// The times, in seconds, that a quarter, half and three quarters of all do not exceed.
fn quartiles(times: &[Duration]) -> [f64; 3] {
    let mut times = times.to_vec();
    times.sort_unstable();
    [1, 2, 3].map(|quarter| times[(times.len() - 1) * quarter / 4].as_secs_f64())
}
