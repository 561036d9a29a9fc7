//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::cell::{CELL, Cell};

pub(crate) const HELP: &str = "\
Times data structures in allocators, as percentages of the default's times.

Usage: strategies [OPTIONS]

Options:
      --work N      log2 of the number of elements that a cell adds; an eighth of them in nested structures [default: 17]
      --sizes A-B   log2 of the smallest and the largest structure, in steps of 2 [default: 4-16]
      --rounds N    The number of times that each cell is measured; the fastest counts [default: 3]
      --shuffled    Shuffle the heap first, as after a long run of a program
      --svg FILE    Draw a heat map into FILE
  -h, --help        Print this
";

/// The task of this process.
pub(crate) enum Command {
    Help,
    Measure(Options),
    /// Run one cell, and print its time.
    Run(Cell),
}

pub(crate) struct Options {
    /// The base-2 logarithm of the number of elements that a cell adds.
    pub(crate) work: u32,
    /// The base-2 logarithms of the smallest and the largest length.
    pub(crate) sizes: (u32, u32),
    pub(crate) rounds: usize,
    pub(crate) shuffled: bool,
    pub(crate) svg: Option<PathBuf>,
}

/// Reads the command line.
pub(crate) fn from_command_line() -> Result<Command, lexopt::Error> {
    let mut options = Options { work: 17, sizes: (4, 16), rounds: 3, shuffled: false, svg: None };
    let mut cell = None;
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("work") => options.work = arguments.value()?.parse()?,
            Arg::Long("rounds") => options.rounds = arguments.value()?.parse()?,
            Arg::Long("shuffled") => options.shuffled = true,
            Arg::Long("svg") => options.svg = Some(arguments.value()?.into()),
            Arg::Long("sizes") => {
                let value = arguments.value()?.string()?;
                let ends = value.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                options.sizes = ends.ok_or("--sizes takes two numbers: 4-16")?;
            }
            Arg::Long(CELL) => {
                let structure = arguments.value()?.parse()?;
                cell = Some((structure, arguments.value()?.parse()?, arguments.value()?.parse()?));
            }
            _ => return Err(argument.unexpected()),
        }
    }
    if let Some((structure, strategy, size)) = cell {
        return Ok(Command::Run(Cell { structure, strategy, size, work: options.work, shuffled: options.shuffled }));
    }
    let (first, last) = options.sizes;
    if options.rounds == 0 || first > last || last > options.work || options.work > 30 {
        return Err("--rounds must be at least 1, and --sizes at most --work, which is at most 30".into());
    }
    Ok(Command::Measure(options))
}
