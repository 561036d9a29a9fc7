//! The command line.

use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
Times collections, std's and ours.

Usage: collections [OPTIONS] [PART OF A NAME]

A part of a name, as \"BTreeMap\" or \"drop\", selects the rows whose names contain it.

Options:
      --rounds N      The number of times that each cell is measured; the median counts [default: 9]
      --sizes A,B,C   The numbers of elements of a collection [default: 100,10000,1000000]
  -h, --help          Print this
";

/// The task of this process.
pub(crate) enum Command {
    Help,
    Measure(Options),
}

pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) sizes: Vec<usize>,
    pub(crate) part: String,
}

/// Reads the command line.
pub(crate) fn from_command_line() -> Result<Command, lexopt::Error> {
    let mut options = Options { rounds: 9, sizes: vec![100, 10_000, 1_000_000], part: String::new() };
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("rounds") => options.rounds = arguments.value()?.parse()?,
            Arg::Long("sizes") => {
                let sizes: Result<_, _> = arguments.value()?.string()?.split(',').map(str::parse).collect();
                options.sizes = sizes.map_err(|_| "--sizes takes numbers with commas between them")?;
            }
            Arg::Value(word) if options.part.is_empty() => options.part = word.string()?,
            _ => return Err(argument.unexpected()),
        }
    }
    if options.rounds == 0 || options.sizes.iter().any(|&size| size < 2) {
        return Err("--rounds must be at least 1, and each of --sizes at least 2".into());
    }
    Ok(Command::Measure(options))
}
