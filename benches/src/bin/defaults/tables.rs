//! What is printed at the end.

use janus_benches::process::Cost;
use janus_benches::statistics;

use crate::contest::{Contest, Kind, Workload};

/// A part of a cost.
#[derive(Clone, Copy)]
struct Metric {
    name: &'static str,
    of: fn(&Cost) -> f64,
    unit: &'static str,
    /// How many of its units are in one of a cost's.
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

/// Whether a workload is like a program.
fn is_whole(kind: Kind) -> bool {
    matches!(kind, Kind::General | Kind::Rust)
}

/// How many workloads are shown of those in which ours is furthest behind.
const BEHIND: usize = 8;

pub(crate) fn print(contest: &Contest, rounds: usize) {
    [WALL, CPU, PEAK].iter().for_each(|metric| print_workloads(contest, *metric, rounds));
    print_geomeans(contest);
    print_one_more_thread(contest);
    print_behind(contest);
}

/// A line for each workload.
fn print_workloads(contest: &Contest, metric: Metric, rounds: usize) {
    let reference = contest.reference();
    let name = &contest.defaults[reference].name;
    println!("\n{}: medians of {rounds} rounds, as multiples of those of {name}\n", metric.name);
    print!("{:27} {:>7} {:>7}", "", metric.unit, "spread");
    print_names(contest);
    for workload in &contest.workloads {
        let [low, median, high] = workload.quartiles(reference, metric);
        print!("{:27} {:>7.1}", workload.name, median * metric.units);
        match rounds {
            1 => print!(" {:>7}", "-"),
            _ => print!(" {:>6.0}%", (high - low) / median * 100.0),
        }
        print_ratios(contest, |default| workload.ratio(default, reference, metric));
    }
}

fn print_geomeans(contest: &Contest) {
    let reference = contest.reference();
    println!("\nGeomeans of the ratios to {}\n", contest.defaults[reference].name);
    print!("{:43}", "");
    print_names(contest);
    for Geomean { name, metric, over } in GEOMEANS {
        let workloads: Vec<&Workload> = contest.workloads.iter().filter(|workload| over(workload.kind)).collect();
        if !workloads.is_empty() {
            print!("{:43}", format!("{name} ({})", workloads.len()));
            print_ratios(contest, |default| {
                statistics::geomean(workloads.iter().map(|workload| workload.ratio(default, reference, metric)))
            });
        }
    }
}

/// What the work of two threads costs beside that of one, where there is both. On two processors it would be 1.
fn print_one_more_thread(contest: &Contest) {
    let mut lines = Vec::new();
    for one in &contest.workloads {
        let two = one.name.strip_suffix("-1").map(|name| format!("{name}-2"));
        let two = contest.workloads.iter().find(|workload| Some(&workload.name) == two.as_ref());
        lines.extend(two.map(|two| (one, two)));
    }
    if lines.is_empty() {
        return;
    }
    println!(
        "\nCost of one more thread: wall of two threads, each with the work of one, as a multiple of that of one\n"
    );
    print!("{:43}", "");
    print_names(contest);
    let cost = |(one, two): &(&Workload, &Workload), default| two.median(default, WALL) / one.median(default, WALL);
    for line in &lines {
        print!("{:43}", format!("{} / {}", line.1.name, line.0.name));
        print_ratios(contest, |default| cost(line, default));
    }
    print!("{:43}", "geomean");
    print_ratios(contest, |default| statistics::geomean(lines.iter().map(|line| cost(line, default))));
}

/// The workloads in which ours is furthest behind the best peer there.
fn print_behind(contest: &Contest) {
    let Some(ours) = contest.ours() else { return };
    let mut behind = Vec::new();
    for workload in &contest.workloads {
        let peers = (0..contest.defaults.len()).filter(|&default| default != ours);
        let times = peers.map(|peer| (peer, workload.median(peer, WALL))).filter(|(_, time)| !time.is_nan());
        if let Some((best, time)) = times.min_by(|(_, one), (_, other)| one.total_cmp(other)) {
            behind.push((workload.median(ours, WALL) / time, workload, best));
        }
    }
    behind.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    println!("\nWorst single workloads of ours: wall, as a multiple of that of the best peer there\n");
    for (ratio, workload, best) in behind.iter().take(BEHIND) {
        println!("{:27} {ratio:>7.2}  {}", workload.name, contest.defaults[*best].name);
    }
}

fn print_names(contest: &Contest) {
    contest.defaults.iter().for_each(|default| print!(" {:>11}", default.name));
    println!();
}

fn print_ratios(contest: &Contest, ratio: impl Fn(usize) -> f64) {
    for ratio in (0..contest.defaults.len()).map(ratio) {
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

    /// What a quarter, half and three quarters of all costs do not exceed. Not a number if a default was not measured.
    fn quartiles(&self, default: usize, metric: Metric) -> [f64; 3] {
        statistics::quartiles(self.costs[default].iter().map(metric.of))
    }
}
