//! The printed tables.

use janus_benches::process::Cost;
use janus_benches::statistics;

use crate::comparison::{Comparison, Kind, Workload};

/// A part of a cost.
#[derive(Clone, Copy)]
struct Metric {
    name: &'static str,
    of: fn(&Cost) -> f64,
    unit: &'static str,
    /// The number of its units in one unit of the cost.
    units: f64,
}

const WALL: Metric = Metric { name: "wall", of: |cost| cost.wall, unit: "ms", units: 1e3 };
const CPU: Metric = Metric { name: "CPU", of: |cost| cost.cpu, unit: "ms", units: 1e3 };
const PEAK: Metric = Metric { name: "peak RSS", of: |cost| cost.peak, unit: "MiB", units: 1.0 / 1024.0 };

/// A line of geomeans.
struct Geomean {
    name: &'static str,
    metric: Metric,
    over: fn(Kind) -> bool,
}

const GEOMEANS: [Geomean; 6] = [
    Geomean { name: "wall, all without micro", metric: WALL, over: is_whole },
    Geomean { name: "wall, Rust-shaped", metric: WALL, over: |kind| kind == Kind::Rust },
    Geomean { name: "wall, micro", metric: WALL, over: |kind| kind == Kind::Micro },
    Geomean { name: "CPU, all without micro", metric: CPU, over: is_whole },
    Geomean { name: "CPU, micro", metric: CPU, over: |kind| kind == Kind::Micro },
    Geomean { name: "peak RSS, all without micro", metric: PEAK, over: is_whole },
];

/// Returns whether workloads of the kind are like whole programs.
fn is_whole(kind: Kind) -> bool {
    matches!(kind, Kind::General | Kind::Rust)
}

/// The number of workloads shown in which ours is furthest behind.
const BEHIND: usize = 8;

pub(crate) fn print(comparison: &Comparison, rounds: usize) {
    [WALL, CPU, PEAK].iter().for_each(|metric| print_workloads(comparison, *metric, rounds));
    print_geomeans(comparison);
    print_one_more_thread(comparison);
    print_behind(comparison);
}

/// Prints a line for each workload.
fn print_workloads(comparison: &Comparison, metric: Metric, rounds: usize) {
    let reference = comparison.reference();
    let name = &comparison.defaults[reference].name;
    println!("\n{}: medians of {rounds} rounds, as multiples of those of {name}\n", metric.name);
    print!("{:27} {:>7} {:>7}", "", metric.unit, "spread");
    print_names(comparison);
    for workload in &comparison.workloads {
        let [low, median, high] = workload.quartiles(reference, metric);
        print!("{:27} {:>7.1}", workload.name, median * metric.units);
        match rounds {
            1 => print!(" {:>7}", "-"),
            _ => print!(" {:>6.0}%", (high - low) / median * 100.0),
        }
        print_ratios(comparison, |default| workload.ratio(default, reference, metric));
    }
}

fn print_geomeans(comparison: &Comparison) {
    let reference = comparison.reference();
    println!("\nGeomeans of the ratios to {}\n", comparison.defaults[reference].name);
    print!("{:43}", "");
    print_names(comparison);
    for Geomean { name, metric, over } in GEOMEANS {
        let workloads: Vec<&Workload> = comparison.workloads.iter().filter(|workload| over(workload.kind)).collect();
        if !workloads.is_empty() {
            print!("{:43}", format!("{name} ({})", workloads.len()));
            print_ratios(comparison, |default| {
                statistics::geomean(workloads.iter().map(|workload| workload.ratio(default, reference, metric)))
            });
        }
    }
}

/// Prints the ratios of the time of two threads to that of one, of the workloads that exist with both. Ideally they are 1 on two
/// processors.
fn print_one_more_thread(comparison: &Comparison) {
    let mut lines = Vec::new();
    for one in &comparison.workloads {
        let two = one.name.strip_suffix("-1").map(|name| format!("{name}-2"));
        let two = comparison.workloads.iter().find(|workload| Some(&workload.name) == two.as_ref());
        lines.extend(two.map(|two| (one, two)));
    }
    if lines.is_empty() {
        return;
    }
    println!(
        "\nCost of one more thread: wall of two threads, each with the work of one, as a multiple of that of one\n"
    );
    print!("{:43}", "");
    print_names(comparison);
    let cost = |(one, two): &(&Workload, &Workload), default| two.median(default, WALL) / one.median(default, WALL);
    for line in &lines {
        print!("{:43}", format!("{} / {}", line.1.name, line.0.name));
        print_ratios(comparison, |default| cost(line, default));
    }
    print!("{:43}", "geomean");
    print_ratios(comparison, |default| statistics::geomean(lines.iter().map(|line| cost(line, default))));
}

/// Prints the workloads in which ours is furthest behind the best peer.
fn print_behind(comparison: &Comparison) {
    let Some(ours) = comparison.ours() else { return };
    let mut behind = Vec::new();
    for workload in &comparison.workloads {
        let peers = (0..comparison.defaults.len()).filter(|&default| default != ours);
        let times = peers.map(|peer| (peer, workload.median(peer, WALL))).filter(|(_, time)| !time.is_nan());
        if let Some((best, time)) = times.min_by(|(_, one), (_, other)| one.total_cmp(other)) {
            behind.push((workload.median(ours, WALL) / time, workload, best));
        }
    }
    behind.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    println!("\nWorst single workloads of ours: wall, as a multiple of that of the best peer there\n");
    for (ratio, workload, best) in behind.iter().take(BEHIND) {
        println!("{:27} {ratio:>7.2}  {}", workload.name, comparison.defaults[*best].name);
    }
}

fn print_names(comparison: &Comparison) {
    comparison.defaults.iter().for_each(|default| print!(" {:>11}", default.name));
    println!();
}

fn print_ratios(comparison: &Comparison, ratio: impl Fn(usize) -> f64) {
    for ratio in (0..comparison.defaults.len()).map(ratio) {
        if ratio.is_nan() { print!(" {:>11}", "-") } else { print!(" {ratio:>11.2}") }
    }
    println!();
}

impl Workload {
    fn ratio(&self, default: usize, reference: usize, metric: Metric) -> f64 {
        self.median(default, metric) / self.median(reference, metric)
    }

    fn median(&self, default: usize, metric: Metric) -> f64 {
        self.quartiles(default, metric)[1]
    }

    /// Returns the quartiles of the costs of a default, or NaN if it was not measured.
    fn quartiles(&self, default: usize, metric: Metric) -> [f64; 3] {
        statistics::quartiles(self.costs[default].iter().map(metric.of))
    }
}
