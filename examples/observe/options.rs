//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

pub(crate) const HELP: &str = "\
Outlines Rust sources again and again, and watches the memory meanwhile.

Usage: observe [OPTIONS] [PATH ...]

Reads every file that ends in .rs at or below each PATH, and each PATH that is a file; without a PATH, this project's src.

  -r, --rounds N       end after N rounds (10, or any number with --seconds)
  -s, --seconds N      end with the first round after N seconds
  -t, --threads N      threads that outline (one for each processor, at most 4)
  -l, --limit BYTES    limit of the memory for the tree of one file, such as 512K (8M)
  -e, --every SECONDS  time between two tables (0.5)
  -o, --out DIRECTORY  where to write the files (target/observe)
  -h, --help           print this";

pub(crate) struct Options {
    pub(crate) paths: Vec<PathBuf>,
    /// `None` for any number.
    pub(crate) rounds: Option<NonZeroUsize>,
    pub(crate) time: Duration,
    pub(crate) threads: NonZeroUsize,
    /// The limit of the memory for the tree of one file, in bytes.
    pub(crate) limit: usize,
    pub(crate) every: Duration,
    pub(crate) out: PathBuf,
}

impl Options {
    /// Parses the command line. Returns `None` if it asks for help.
    pub(crate) fn parse() -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;

        let processors = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let four = NonZeroUsize::new(4).expect("4 is not 0");
        let mut options = Self {
            paths: Vec::new(),
            rounds: None,
            time: Duration::ZERO,
            threads: processors.min(four),
            limit: 8 << 20,
            every: Duration::from_millis(500),
            out: PathBuf::from("target/observe"),
        };
        let (mut rounds, mut seconds) = (None, None);
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('r') | Long("rounds") => rounds = Some(parser.value()?.parse()?),
                Short('s') | Long("seconds") => seconds = Some(parser.value()?.parse_with(duration)?),
                Short('t') | Long("threads") => options.threads = parser.value()?.parse()?,
                Short('l') | Long("limit") => options.limit = parser.value()?.parse_with(bytes)?,
                Short('e') | Long("every") => options.every = parser.value()?.parse_with(duration)?,
                Short('o') | Long("out") => options.out = parser.value()?.into(),
                Short('h') | Long("help") => return Ok(None),
                Value(path) => options.paths.push(path.into()),
                _ => return Err(argument.unexpected()),
            }
        }
        options.rounds = if seconds.is_none() { rounds.or(NonZeroUsize::new(10)) } else { rounds };
        options.time = seconds.unwrap_or(Duration::MAX);
        if options.paths.is_empty() {
            options.paths.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src"));
        }
        Ok(Some(options))
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds")?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Parses a number of bytes such as `512K`.
fn bytes(text: &str) -> Result<usize, &'static str> {
    const ERROR: &str = "not a number of bytes such as 512K (K, M, G)";
    let (digits, unit) = match text.as_bytes() {
        [.., b'K' | b'k'] => (&text[..text.len() - 1], 1 << 10),
        [.., b'M' | b'm'] => (&text[..text.len() - 1], 1 << 20),
        [.., b'G' | b'g'] => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits.parse::<usize>().ok().and_then(|number| number.checked_mul(unit)).ok_or(ERROR)
}
