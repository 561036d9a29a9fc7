//! Outlines Rust sources and watches its own memory meanwhile, with all tools that this crate has for that.
//!
//! ```text
//! cargo run --release --example observe --features profile -- [OPTIONS] [PATH ...]
//! ```
//!
//! It outlines the Rust sources below a directory, again and again, on some threads. The tree of a file is in an arena of its own, under a
//! limit. A file whose tree exceeds the limit is reported, and nothing else is disturbed. Meanwhile a table shows what the named allocators
//! and the tags have; on a terminal it is redrawn in its place. In the end there are files with a profile, a flame graph, metrics, and a
//! page with the memory over time.

mod files;
mod flame;
mod history;
mod index;
mod job;
mod options;
mod page;
mod picture;
mod screen;

#[path = "../outline/findings.rs"]
#[expect(dead_code, reason = "this compares findings and does not print them")]
mod findings;
#[path = "../outline/numbers.rs"]
#[expect(dead_code, reason = "this uses a part of it")]
mod numbers;
#[path = "../outline/parse.rs"]
#[expect(dead_code, reason = "this has a limit, and so parses only by `try_parse`")]
mod parse;
#[path = "../outline/sources.rs"]
#[expect(dead_code, reason = "this uses a part of it")]
mod sources;
#[path = "../outline/token.rs"]
mod token;
#[path = "../outline/tree.rs"]
#[expect(dead_code, reason = "this uses a part of it")]
mod tree;

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use janus_alloc::blocks::profile::Sampling;
use janus_alloc::{AsGlobal, ByTag, Global, Profile, SharedPool, Stats, stats, tag};

use history::History;
use job::Job;
use options::Options;
use screen::Screen;

/// `ByTag` is the innermost block, so that the two others see requests without the byte that it adds to each.
#[global_allocator]
static DEFAULT: AsGlobal<Profile<Stats<ByTag<SharedPool>>>> = AsGlobal::new(Profile::with_sampling(
    Stats::named("the default", ByTag::new(SharedPool::new())),
    Sampling::EveryBytes(64 << 10),
));

/// Counts the memory that the arenas of all files take from the default.
static TREES: Stats<Global> = Stats::named("trees", Global);

/// Counts the memory that the index takes from the default.
static INDEX: Stats<Global> = Stats::named("index", Global);

/// The time between two looks at the memory.
const LOOK: Duration = Duration::from_micros(500);

/// Returns the part of the default that counts by tags.
fn by_tag() -> &'static ByTag<SharedPool> {
    DEFAULT.parent().parent()
}

fn main() -> ExitCode {
    // What this thread allocates is for looking at the others.
    let _tag = tag("observe");
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => return exit(writeln!(io::stdout(), "{}", options::HELP)),
        Err(error) => return misuse(format_args!("{error}\nTry --help.")),
    };
    if let Some((path, error)) = sources::missing(&options.paths) {
        return misuse(format_args!("cannot read {path:?}: {error}"));
    }
    exit(run(&options))
}

fn run(options: &Options) -> io::Result<()> {
    files::create_directory(&options.out)?;
    let job = Job::new(options);
    let mut history = History::new();
    let mut screen = Screen::new(io::stdout());
    thread::scope(|scope| {
        let rounds = scope.spawn(|| job.run());
        let mut next_table = Instant::now();
        while !rounds.is_finished() {
            history.look();
            if Instant::now() >= next_table {
                next_table += options.every;
                screen.show(&table(&job))?;
                files::write_metrics(&options.out)?;
            }
            thread::sleep(LOOK);
        }
        rounds.join().expect("the job does not panic")
    })?;
    history.look();
    screen.show(&table(&job))?;
    screen.add(&job.summary())?;
    let written = files::write(options, &history, &job)?;
    screen.add(&written)
}

/// Returns the table that is shown again and again.
fn table(job: &Job<'_>) -> String {
    format!("{}\n\n{}\n\n{}\n", job.progress(), stats::report(), by_tag().report())
}

/// Reports an invalid command line, and returns the exit code for it.
fn misuse(message: std::fmt::Arguments<'_>) -> ExitCode {
    // If stderr fails, too, there is nowhere to report it.
    let _ = writeln!(io::stderr(), "observe: {message}");
    ExitCode::from(2)
}

/// Returns the exit code for the result of [`run`], and reports an error.
fn exit(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the output, such as `head`, has finished early.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "observe: {error}");
            ExitCode::FAILURE
        }
    }
}
