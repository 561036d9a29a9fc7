//! The command line.

use janus_benches::defaults::DEFAULTS;
use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
Times default allocators, ours beside those of others. A round of all takes some minutes, and the first build as well.

Usage: defaults [OPTIONS]

Options:
      --rounds N       How many times each default does each workload [default: 5]
      --quick          3 rounds
      --only PART      Only the workloads that have PART in their names. An unknown one lists them all
      --defaults LIST  Only these, with commas between. Ratios are to mimalloc, or to the first if it is not there.
                       [default: janus,system,mimalloc,mimalloc-v2,snmalloc,jemalloc,rpmalloc,talc,dlmalloc,sefer]
      --skip-build     Take the programs as they were built before
  -h, --help           Print this
";

/// What to do.
pub(crate) enum Command {
    Help,
    Measure(Options),
}

pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) only: String,
    pub(crate) defaults: Vec<String>,
    pub(crate) skip_build: bool,
}

pub(crate) fn from_command_line() -> Result<Command, lexopt::Error> {
    let defaults = DEFAULTS.map(String::from).to_vec();
    let mut options = Options { rounds: 5, only: String::new(), defaults, skip_build: false };
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("rounds") => options.rounds = arguments.value()?.parse()?,
            Arg::Long("quick") => options.rounds = 3,
            Arg::Long("only") => options.only = arguments.value()?.string()?,
            Arg::Long("defaults") => options.defaults = list(&arguments.value()?.string()?)?,
            Arg::Long("skip-build") => options.skip_build = true,
            _ => return Err(argument.unexpected()),
        }
    }
    match options.rounds {
        0 => Err("--rounds must be at least 1".into()),
        _ => Ok(Command::Measure(options)),
    }
}

fn list(names: &str) -> Result<Vec<String>, lexopt::Error> {
    let names: Vec<String> = names.split(',').map(String::from).collect();
    match names.iter().find(|name| !DEFAULTS.contains(&name.as_str())) {
        Some(name) => Err(format!("no default {name}; there are {}", DEFAULTS.join(", ")).into()),
        None => Ok(names),
    }
}
