//! Counts the words of real texts, with one allocator for the process and another for the index, and tells what each
//! of them served.
//!
//! `cargo run --release --example two_faces -- [PATH ...]`
//!
//! * The process has `AsGlobal<Stats<SharedPool>>`: the texts and everything else that names no allocator. The counters say
//!   what was asked, the pool what it needs for that.
//! * The index has an arena of its own, with counters around it: `&Stats<&Arena>`. The arena takes its chunks from the
//!   default, with counters between the two as well.
//! * The same index on the default, by the same code, is what the arena is compared with.
//!
//! Then it does the sums: every byte that is counted as live has to be a byte somebody holds.

mod index;
mod report;
mod texts;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use janus_alloc::blocks::stats::Snapshot;
use janus_alloc::{Arena, AsGlobal, Global, SharedPool, Stats};

use index::Index;
use report::{Check, Time};
use texts::Text;

#[global_allocator]
static DEFAULT: AsGlobal<Stats<SharedPool>> = AsGlobal::new(Stats::new(SharedPool::new()));

const HELP: &str = "\
Counts words with an allocator for the process and another for the index.

Usage: two_faces [OPTIONS] [PATH ...]

Reads every file at or below each PATH that is UTF-8; without a PATH, the files of this project.
A word is a run of letters and digits, in lower case.

  -n, --top N      how many of the words to print (15)
  -r, --rounds N   how many times to build each index for the comparison (5)
  -h, --help       print this";

struct Options {
    paths: Vec<PathBuf>,
    /// Names of what is left out directly below each path.
    without: Vec<&'static OsStr>,
    top: usize,
    rounds: NonZeroUsize,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(Some(options)) => options,
        Ok(None) => return exit(writeln!(io::stdout(), "{HELP}").map(|()| true)),
        Err(error) => return misuse(format_args!("{error}\nTry --help.")),
    };
    if let Some((path, error)) = texts::missing(&options.paths) {
        return misuse(format_args!("cannot read {path:?}: {error}"));
    }
    exit(run(&options, &mut io::stdout().lock()))
}

/// `None` asks for help.
fn options() -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::*;

    let rounds = NonZeroUsize::new(5).expect("5 is not 0");
    let mut options = Options { paths: Vec::new(), without: Vec::new(), top: 15, rounds };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('n') | Long("top") => options.top = parser.value()?.parse()?,
            Short('r') | Long("rounds") => options.rounds = parser.value()?.parse()?,
            Short('h') | Long("help") => return Ok(None),
            Value(path) => options.paths.push(path.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    if options.paths.is_empty() {
        options.paths.push(env!("CARGO_MANIFEST_DIR").into());
        options.without.extend(["target", ".git"].map(OsStr::new));
    }
    Ok(Some(options))
}

fn misuse(message: std::fmt::Arguments<'_>) -> ExitCode {
    // Nothing can be done if even that fails.
    let _ = writeln!(io::stderr(), "two_faces: {message}");
    ExitCode::from(2)
}

fn exit(added_up: io::Result<bool>) -> ExitCode {
    match added_up {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // The reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "two_faces: cannot write: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says whether the counts add up.
fn run(options: &Options, out: &mut impl Write) -> io::Result<bool> {
    // Printed before anything is counted, so that the buffer of the standard output is not.
    writeln!(out, "Counting words\n")?;
    let start = DEFAULT.snapshot();
    let checks = job(options, start, out)?;
    // The job has dropped all it had.
    let end = DEFAULT.snapshot();

    let mut checks = Vec::from(checks);
    checks.push(Check::new("bytes live on the default at the end, as at the start", end.live_bytes, start.live_bytes));
    checks.push(Check::new("blocks live there, as at the start", end.live_blocks(), start.live_blocks()));
    report::checks(out, &checks)
}

/// Reads, counts, prints, and compares.
fn job(options: &Options, start: Snapshot, out: &mut impl Write) -> io::Result<[Check; 12]> {
    let texts = texts::read(&options.paths, &options.without, out)?;
    let read = DEFAULT.snapshot();

    let arena = Arena::new_in(Stats::new(Global));
    let in_arena = Stats::new(&arena);
    let index = Index::build(&texts, &in_arena);
    let (of_arena, of_chunks, of_default) = (in_arena.snapshot(), arena.parent().snapshot(), DEFAULT.snapshot());
    let of_pool = DEFAULT.parent().stats();
    let (extent, bytes, blocks) = (index.extent(), index.bytes(), index.blocks());
    report::words(out, &index.most_frequent(options.top), extent.words)?;
    drop(index);
    let arena_end = in_arena.snapshot();

    // The same on the default, with counters of its own to tell the index from the rest.
    let on_default = Stats::new(Global);
    let from = DEFAULT.snapshot();
    let other = Index::build(&texts, &on_default);
    let (of_other, to) = (on_default.snapshot(), DEFAULT.snapshot());

    report::allocators(
        out,
        [
            (["the default,", "at the start"], start),
            (["the default,", "arena's index up"], of_default),
            (["the index", "in the arena"], of_arena),
            (["the index", "on the default"], of_other),
        ],
    )?;
    report::pool(out, &of_pool)?;
    let other_extent = other.extent();
    let (other_bytes, other_blocks) = (other.bytes(), other.blocks());
    drop(other);
    let checks = [
        Check::new(
            "bytes live on the default after reading: the texts and their paths",
            read.live_bytes.saturating_sub(start.live_bytes),
            texts::bytes(&texts),
        ),
        Check::new("bytes live in the arena: the table, words and postings of its index", of_arena.live_bytes, bytes),
        Check::new("blocks live there", of_arena.live_blocks(), blocks),
        Check::new(
            "bytes put on the default by the arena's index: the arena's chunks",
            of_default.live_bytes.saturating_sub(read.live_bytes),
            of_chunks.live_bytes,
        ),
        Check::new("blocks given back to the arena: all", arena_end.deallocations, arena_end.allocations),
        Check::new("bytes live in the arena then: none", arena_end.live_bytes, 0_u64),
        Check::new(
            "bytes live in the index on the default: its table, words and postings",
            of_other.live_bytes,
            other_bytes,
        ),
        Check::new("blocks live there", of_other.live_blocks(), other_blocks),
        Check::new(
            "bytes the default served for it: what the index asked for",
            to.total_bytes - from.total_bytes,
            of_other.total_bytes,
        ),
        Check::new("words in it, as in the arena's", other_extent.words as u64, extent.words),
        Check::new("postings of them, as in the arena's", other_extent.postings as u64, extent.postings),
        Check::new("occurrences, as in the arena's", other_extent.occurrences as u64, extent.occurrences),
    ];
    drop(arena);

    compare(&texts, options.rounds, out)?;
    Ok(checks)
}

/// Builds and drops the index in turn on the default and in an arena. Either way every request is counted once.
fn compare(texts: &[Text], rounds: NonZeroUsize, out: &mut impl Write) -> io::Result<()> {
    let (mut default, mut arena) = (Vec::new(), Vec::new());
    for round in 0..rounds.get() {
        // Each goes first in every other round.
        if round % 2 == 0 {
            default.push(time_default(texts));
            arena.push(time_arena(texts));
        } else {
            arena.push(time_arena(texts));
            default.push(time_default(texts));
        }
    }
    report::times(out, &default, &arena)
}

fn time_default(texts: &[Text]) -> Time {
    let start = Instant::now();
    let index = Index::build(texts, Global);
    let built = Instant::now();
    drop(index);
    Time { build: built - start, drop: built.elapsed() }
}

fn time_arena(texts: &[Text]) -> Time {
    let start = Instant::now();
    let arena = Arena::new();
    let stats = Stats::new(&arena);
    let index = Index::build(texts, &stats);
    let built = Instant::now();
    // Word by word, as on the default. To forget it would do as well, and take no time.
    drop(index);
    drop(arena);
    Time { build: built - start, drop: built.elapsed() }
}
