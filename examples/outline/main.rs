//! Outlines Rust sources. It parses them into trees of small boxed nodes, lists the longest functions, the most deeply
//! nested functions and the names that are called most, and compares the cost of the same trees in several allocators.
//!
//! `cargo run --release --example outline -- [PATH ...]`
//!
//! The parser, the tree and the queries are one generic program over `A: Allocator`. Each row of the comparison runs it
//! with another allocator: the C library's, the default of this process, a pool for one thread, an arena whose nodes
//! are dropped one by one, an arena that is dropped with all its nodes at once, and the crate bumpalo in both ways.

mod audit;
mod bars;
mod findings;
mod numbers;
mod parse;
mod rows;
mod sources;
mod token;
mod tree;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use janus_alloc::{AsGlobal, SharedPool, Stats};

use findings::Findings;
use numbers::grouped;
use sources::Source;
use tree::HeapUse;

#[global_allocator]
static DEFAULT: AsGlobal<Stats<SharedPool>> = AsGlobal::new(Stats::new(SharedPool::new()));

const HELP: &str = "\
Outlines Rust sources, and compares what their trees cost in several allocators.

Usage: outline [OPTIONS] [PATH ...]

Reads every file that ends in .rs at or below each PATH, and each PATH that is a file; without a PATH, this project.

  -n, --top N      length of the lists (5)
  -r, --rounds N   rounds of the comparison (9)
      --audit      check that every live byte is one that the trees hold, instead of the comparison
      --svg FILE   write the bars into FILE as well
  -h, --help       print this";

/// The command line.
struct Options {
    paths: Vec<PathBuf>,
    /// Names of entries directly below each path to leave out.
    without: Vec<&'static OsStr>,
    /// Paths that start with it are printed relative to it.
    root: &'static Path,
    top: usize,
    rounds: NonZeroUsize,
    audit: bool,
    svg: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(Some(options)) => options,
        Ok(None) => return exit(writeln!(io::stdout(), "{HELP}").map(|()| true)),
        Err(error) => return misuse(format_args!("{error}\nTry --help.")),
    };
    if let Some((path, error)) = sources::missing(&options.paths) {
        return misuse(format_args!("cannot read {path:?}: {error}"));
    }
    exit(run(&options, &mut io::stdout().lock()))
}

/// Parses the command line. Returns `None` if it asks for help.
fn options() -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::*;

    let rounds = NonZeroUsize::new(9).expect("9 is not 0");
    let mut options = Options {
        paths: Vec::new(),
        without: Vec::new(),
        root: Path::new(""),
        top: 5,
        rounds,
        audit: false,
        svg: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('n') | Long("top") => options.top = parser.value()?.parse()?,
            Short('r') | Long("rounds") => options.rounds = parser.value()?.parse()?,
            Long("audit") => options.audit = true,
            Long("svg") => options.svg = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(None),
            Value(path) => options.paths.push(path.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    if options.paths.is_empty() {
        options.root = Path::new(env!("CARGO_MANIFEST_DIR"));
        options.paths.push(options.root.into());
        options.without.extend(["target", ".git"].map(OsStr::new));
    }
    Ok(Some(options))
}

/// Reports an invalid command line, and returns the exit code for it.
fn misuse(message: std::fmt::Arguments<'_>) -> ExitCode {
    // If stderr fails, too, there is nowhere to report it.
    let _ = writeln!(io::stderr(), "outline: {message}");
    ExitCode::from(2)
}

/// Returns the exit code for the result of [`run`], and reports an error.
fn exit(succeeded: io::Result<bool>) -> ExitCode {
    match succeeded {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // The reader of the output, such as `head`, has finished early.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "outline: cannot write: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the program, and returns whether everything succeeded.
fn run(options: &Options, out: &mut impl Write) -> io::Result<bool> {
    // Printed before anything is counted, so that the buffer of stdout is not counted.
    writeln!(out, "An outline of Rust sources\n")?;
    let before = DEFAULT.snapshot().live_bytes;
    let sources = sources::read(&options.paths, &options.without, out)?;
    if options.audit {
        return audit::audit(&sources, &DEFAULT, before, out);
    }
    describe(&sources, options, out)?;
    let rounds = options.rounds.get();
    let (rows, tokens) = rows::measure(&sources, DEFAULT.parent(), rounds);
    bars::print(&rows, tokens, rounds, out)?;
    if let Some(path) = &options.svg {
        if let Err(error) = bars::draw(&rows, tokens, path) {
            let _ = writeln!(io::stderr(), "outline: cannot write {path:?}: {error}");
            return Ok(false);
        }
    }
    Ok(true)
}

/// Builds the trees on the default and prints the findings.
fn describe(sources: &[Source], options: &Options, out: &mut impl Write) -> io::Result<()> {
    let trees = rows::build(sources, DEFAULT.parent());
    let HeapUse { nodes, blocks, bytes } = HeapUse::of(&trees);
    let [nodes, blocks, bytes] = [nodes, blocks, bytes].map(grouped);
    writeln!(out, "a tree of {nodes} nodes: {blocks} blocks, {bytes} bytes")?;
    Findings::of(&trees, options.top).print(sources, options.root, out)
}
