//! Runs all workloads with all defaults, in turns.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};
use janus_benches::defaults;
use janus_benches::process::{self, Cost, Environment, Job};

/// The default with which the others are compared.
const REFERENCE: &str = "mimalloc";

pub(crate) struct Comparison {
    pub(crate) defaults: Vec<DefaultProgram>,
    pub(crate) workloads: Vec<Workload>,
    /// Descriptions of the failures.
    pub(crate) failures: Vec<String>,
}

/// The program of a default.
pub(crate) struct DefaultProgram {
    pub(crate) name: String,
    program: PathBuf,
    /// A program that has failed is not run again.
    failed: bool,
}

pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The costs of each default, by round.
    pub(crate) costs: Vec<Vec<Cost>>,
    /// The checksum that all must print, and the name of the default that printed it first.
    checksum: Option<(String, String)>,
}

/// The kind of a workload, which decides the geomeans that include it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    General,
    Rust,
    Micro,
    /// A kind that no geomean includes.
    Apart,
}

impl Comparison {
    /// Returns a comparison of the programs by the workloads whose names contain `only`.
    pub(crate) fn new(programs: Vec<(String, PathBuf)>, only: &str) -> Result<Self, Box<dyn Error>> {
        let defaults: Vec<_> =
            programs.into_iter().map(|(name, program)| DefaultProgram { name, program, failed: false }).collect();
        let first = defaults.first().ok_or("no default has been built")?;
        let (mut workloads, mut names) = (Vec::new(), Vec::new());
        for line in process::output(Command::new(&first.program).arg("--list"))?.lines() {
            let (kind, name) = line.split_once(' ').ok_or("a kind and a name were expected")?;
            let kind = match kind {
                "general" => Kind::General,
                "rust" => Kind::Rust,
                "micro" => Kind::Micro,
                "apart" => Kind::Apart,
                _ => return Err(format!("no kind {kind}").into()),
            };
            names.push(name.to_owned());
            if name.contains(only) {
                let costs = vec![Vec::new(); defaults.len()];
                workloads.push(Workload { name: name.to_owned(), kind, costs, checksum: None });
            }
        }
        match workloads.is_empty() {
            true => Err(format!("no workload has {only} in its name; there are {}", names.join(", ")).into()),
            false => Ok(Self { defaults, workloads, failures: Vec::new() }),
        }
    }

    /// Returns the index of the default with which the others are compared.
    pub(crate) fn reference(&self) -> usize {
        self.position(REFERENCE).unwrap_or(0)
    }

    /// Returns the index of our default, if it is compared.
    pub(crate) fn ours(&self) -> Option<usize> {
        self.position(defaults::OURS)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.defaults.iter().position(|default| default.name == name)
    }

    /// Runs all workloads in each of `rounds` rounds, so that a disturbance of the machine affects all defaults. Shows its progress on a
    /// terminal.
    pub(crate) fn run(&mut self, rounds: usize) -> Result<(), Box<dyn Error>> {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left, {msg}")?;
        let runs = rounds * self.workloads.len() * self.defaults.len();
        let progress = ProgressBar::new(runs as u64).with_style(style);
        let mut random = Rng::with_seed(0);
        let mut order: Vec<usize> = (0..self.defaults.len()).collect();
        for _ in 0..rounds {
            for workload in &mut self.workloads {
                random.shuffle(&mut order);
                for &index in &order {
                    let default = &mut self.defaults[index];
                    progress.set_message(format!("{} {}", workload.name, default.name));
                    if !default.failed
                        && let Err(error) = workload.run(default, index)
                    {
                        default.failed = true;
                        self.failures.push(format!("{} in {}: {error}", default.name, workload.name));
                    }
                    progress.inc(1);
                }
            }
        }
        progress.finish_and_clear();
        Ok(())
    }
}

impl Workload {
    /// Runs the workload once with a default, and adds its cost.
    fn run(&mut self, default: &DefaultProgram, index: usize) -> Result<(), Box<dyn Error>> {
        let job = Job {
            environment: Environment::Empty,
            client: String::new(),
            program: default.program.clone().into(),
            arguments: vec![self.name.clone().into()],
        };
        let (printed, cost) = job.run()?;
        match &self.checksum {
            Some((checksum, by)) if *checksum != printed => {
                return Err(format!("its checksum is {printed}, and that of {by} {checksum}").into());
            }
            Some(_) => {}
            None => self.checksum = Some((printed, default.name.clone())),
        }
        self.costs[index].push(cost);
        Ok(())
    }
}
