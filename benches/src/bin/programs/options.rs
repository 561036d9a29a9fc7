//! The command line.

use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
Times programs with preloaded allocators.

Usage: programs [OPTIONS]

Options:
      --rounds N   The number of times that each program runs with each allocator [default: 5]
      --only PART  Run only the programs whose names contain PART
  -h, --help       Print this
";

/// The task of this process.
pub(crate) enum Command {
    Help,
    Measure(Options),
}

pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) only: String,
}

/// Reads the command line.
pub(crate) fn from_command_line() -> Result<Command, lexopt::Error> {
    let mut options = Options { rounds: 5, only: String::new() };
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("rounds") => options.rounds = arguments.value()?.parse()?,
            Arg::Long("only") => options.only = arguments.value()?.string()?,
            _ => return Err(argument.unexpected()),
        }
    }
    match options.rounds {
        0 => Err("--rounds must be at least 1".into()),
        _ => Ok(Command::Measure(options)),
    }
}
