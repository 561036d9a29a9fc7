//! The command line.

use std::error::Error;
use std::time::Duration;

use lexopt::prelude::*;

use crate::server::VARIANTS;

pub(crate) const HELP: &str = "\
Usage: load [OPTIONS]

  --variants NAMES     which services, separated by commas [janus,pool,mimalloc,system,bumpalo]
  --rounds N           how often each has its turn [7]
  --seconds SECONDS    the length of a turn [5]
  --warm-up SECONDS    the time before a turn in which nothing is measured [0.5]
  --requests N         as many requests in a turn after the warm-up, instead of a length in time
  --connections N      the number of connections; each sends a request when it has the response to the last one [32]
  --workers N          the number of threads of a service [2]
  --sizes BYTES        the sizes of documents, separated by commas, in turns [1000,1000,1000,4000,4000,16000,64000]
  --rest SECONDS       the time after a turn until memory is read again [1]";

#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) variants: Vec<String>,
    pub(crate) rounds: usize,
    warm_up: Duration,
    pub(crate) length: Length,
    pub(crate) connections: usize,
    pub(crate) workers: usize,
    pub(crate) sizes: Vec<usize>,
    pub(crate) rest: Duration,
}

/// The length of a turn.
#[derive(Clone, Copy)]
pub(crate) enum Length {
    Time(Duration),
    Requests(u64),
}

impl Options {
    /// Parses the arguments. Returns `None` if they ask for help.
    pub(crate) fn parse() -> Result<Option<Self>, Box<dyn Error>> {
        let mut options = Self {
            variants: VARIANTS.map(|(name, _)| name.to_owned()).to_vec(),
            rounds: 7,
            warm_up: Duration::from_millis(500),
            length: Length::Time(Duration::from_secs(5)),
            connections: 32,
            workers: 2,
            sizes: vec![1000, 1000, 1000, 4000, 4000, 16_000, 64_000],
            rest: Duration::from_secs(1),
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("variants") => options.variants = list(&mut arguments)?,
                Long("rounds") => options.rounds = arguments.value()?.parse()?,
                Long("seconds") => options.length = Length::Time(seconds(&mut arguments)?),
                Long("warm-up") => options.warm_up = seconds(&mut arguments)?,
                Long("requests") => options.length = Length::Requests(arguments.value()?.parse()?),
                Long("connections") => options.connections = arguments.value()?.parse::<usize>()?.max(1),
                Long("workers") => options.workers = arguments.value()?.parse()?,
                Long("sizes") => options.sizes = list(&mut arguments)?,
                Long("rest") => options.rest = seconds(&mut arguments)?,
                Short('h') | Long("help") => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        if let Some(unknown) = options.variants.iter().find(|name| VARIANTS.iter().all(|(known, _)| known != name)) {
            return Err(format!("unknown variant {unknown:?}").into());
        }
        Ok(Some(options))
    }

    /// Returns the options of the turn before the one that is measured.
    pub(crate) fn warm_up(&self) -> Self {
        Self { length: Length::Time(self.warm_up), rest: Duration::ZERO, ..self.clone() }
    }
}

fn seconds(arguments: &mut lexopt::Parser) -> Result<Duration, Box<dyn Error>> {
    Ok(Duration::try_from_secs_f64(arguments.value()?.parse()?)?)
}

fn list<T: std::str::FromStr<Err: Error + Send + Sync + 'static>>(
    arguments: &mut lexopt::Parser,
) -> Result<Vec<T>, Box<dyn Error>> {
    Ok(arguments.value()?.string()?.split(',').map(str::parse).collect::<Result<_, _>>()?)
}
