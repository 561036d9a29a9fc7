//! The command line.

use lexopt::{Arg, Parser, ValueExt};

use crate::worker::WORKER;

pub(crate) const HELP: &str = "\
Times arenas, ours and those of other crates.

Usage: arenas [OPTIONS] [PART OF A NAME]

A part of a name, as \"growth\" or \"2 threads\", selects the jobs whose names contain it.

Options:
      --rounds N  The number of times that each arena does each job [default: 51]
  -h, --help      Print this
";

/// The task of this process.
pub(crate) enum Command {
    Help,
    /// Measure the jobs whose names contain `part`.
    Measure {
        rounds: usize,
        part: String,
    },
    /// Serve as the worker of an allocator.
    Serve {
        group: usize,
        column: usize,
    },
}

/// Reads the command line.
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
