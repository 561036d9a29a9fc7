//! The command line.

use lexopt::{Arg, Parser, ValueExt};

use crate::worker::WORKER;

pub(crate) const HELP: &str = "\
Times arenas, ours beside those of others.

Usage: arenas [OPTIONS] [PART OF A NAME]

With a part of a name, only the jobs that have it in theirs are done: \"growth\", say, or \"2 threads\".

Options:
      --rounds N  How many times each arena does each job [default: 51]
  -h, --help      Print this
";

/// What to do.
pub(crate) enum Command {
    Help,
    /// Measure the jobs that have `part` in their names.
    Measure {
        rounds: usize,
        part: String,
    },
    /// Be the worker of an allocator.
    Serve {
        group: usize,
        column: usize,
    },
}

pub(crate) fn from_command_line() -> Result<Command, lexopt::Error> {
    let (mut rounds, mut part) = (51, String::new());
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("rounds") => rounds = arguments.value()?.parse()?,
            Arg::Long(WORKER) => {
                let (group, column) = (arguments.value()?.parse()?, arguments.value()?.parse()?);
                return Ok(Command::Serve { group, column });
            }
            Arg::Value(word) if part.is_empty() => part = word.string()?,
            _ => return Err(argument.unexpected()),
        }
    }
    match rounds {
        0 => Err("--rounds must be at least 1".into()),
        _ => Ok(Command::Measure { rounds, part }),
    }
}
