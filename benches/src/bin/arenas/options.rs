//! The command line.

use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
Times arenas, ours beside those of others.

Usage: arenas [OPTIONS] [PART OF A NAME]

With a part of a name, only the jobs that have it in theirs are done: \"growth\", say, or \"2 threads\".

Options:
      --rounds N  How many times each arena does each job [default: 51]
  -h, --help      Print this
";

pub(crate) struct Options {
    pub(crate) rounds: usize,
    /// What a job must have in its name.
    pub(crate) part: String,
}

impl Options {
    /// `None`: help is asked for.
    pub(crate) fn from_command_line() -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self { rounds: 51, part: String::new() };
        let mut arguments = Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("rounds") => options.rounds = arguments.value()?.parse()?,
                Arg::Value(part) if options.part.is_empty() => options.part = part.string()?,
                _ => return Err(argument.unexpected()),
            }
        }
        match options.rounds {
            0 => Err("--rounds must be at least 1".into()),
            _ => Ok(Some(options)),
        }
    }
}
