//! The command line.

use janus_benches::defaults::DEFAULTS;
use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
Times default allocators, ours and those of other crates. A round of all takes some minutes, and so does the first build.

Usage: defaults [OPTIONS]

Options:
      --rounds N       The number of times that each default runs each workload [default: 5]
      --quick          Run 3 rounds
      --only PART      Run only the workloads whose names contain PART. An unknown PART lists all names
      --defaults LIST  Run only these, separated by commas. Ratios are to mimalloc, or to the first without mimalloc
                       [default: janus,system,mimalloc,mimalloc-v2,snmalloc,jemalloc,rpmalloc,talc,dlmalloc,sefer]
      --skip-build     Use the programs built before
  -h, --help           Print this
";

/// The task of this process.
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

/// Reads the command line.
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
