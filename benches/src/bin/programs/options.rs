//! The command line.

use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
Times programs over preloaded allocators.

Usage: programs [OPTIONS]

Options:
      --rounds N   How many times each program runs with each allocator [default: 5]
      --only PART  Only the programs that have PART in their names
  -h, --help       Print this
";

pub(crate) enum Command {
    Help,
    Measure(Options),
}

pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) only: String,
}

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
