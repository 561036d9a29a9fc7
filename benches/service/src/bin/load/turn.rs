//! The load on one service for some time.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;

use crate::client::{self, Requests};
use crate::documents::Documents;
use crate::options::Options;
use crate::server::Server;

/// The number of equal parts of a turn after which memory is read.
pub(crate) const PARTS: usize = 10;

pub(crate) struct Turn {
    pub(crate) requests: u64,
    pub(crate) per_second: f64,
    /// Of the time that a request took: the median, 99 %, and 99.9 %, in microseconds.
    pub(crate) percentiles: [f64; 3],
    /// CPU time of the service for a request, in microseconds.
    pub(crate) cpu: f64,
    /// Bytes of resident memory: before the turn, and after each part.
    pub(crate) resident: [u64; PARTS + 1],
    /// Of all samples.
    pub(crate) peak: u64,
    /// When the service has rested.
    pub(crate) after: u64,
}

/// Samples of resident memory.
struct Memory {
    parts: Cell<[u64; PARTS + 1]>,
    peak: Cell<u64>,
}

impl Memory {
    fn sample(&self, resident: u64, progress: f64) {
        self.peak.set(self.peak.get().max(resident));
        let mut parts = self.parts.get();
        // A part that is not over has the newest sample, until it is.
        let part = ((progress * PARTS as f64).ceil() as usize).min(PARTS);
        parts[part..].fill(resident);
        self.parts.set(parts);
    }
}

pub(crate) fn run(server: &Server, documents: &Rc<Documents>, options: &Options) -> Result<Turn, Box<dyn Error>> {
    // The clients are in this thread, so that the service has the others.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let memory = Memory { parts: Cell::new([server.resident()?; PARTS + 1]), peak: Cell::new(0) };
    let cpu = server.cpu_seconds()?;
    let begin = Instant::now();
    let requests = Rc::new(Requests::new(documents, options.length));
    let clients = async {
        let mut tasks = JoinSet::new();
        for _ in 0..options.connections {
            tasks.spawn_local(client::run(server.address, Rc::clone(&requests)));
        }
        tasks.join_all().await
    };
    let watch = async {
        loop {
            sleep(Duration::from_millis(50)).await;
            if let Ok(resident) = server.resident() {
                memory.sample(resident, requests.progress());
            }
        }
    };
    let both = async {
        tokio::select! {
            results = clients => results,
            () = watch => Vec::new(),
        }
    };
    let results = LocalSet::new().block_on(&runtime, both);
    let mut times = results.into_iter().collect::<io::Result<Vec<_>>>()?.concat();
    let wall = begin.elapsed().as_secs_f64();
    let cpu = server.cpu_seconds()? - cpu;
    thread::sleep(options.rest);
    times.sort_unstable();
    let percentile =
        |part: f64| times.get((times.len() as f64 * part) as usize).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6);
    let requests = times.len() as u64;
    Ok(Turn {
        requests,
        per_second: requests as f64 / wall,
        percentiles: [0.5, 0.99, 0.999].map(percentile),
        cpu: cpu * 1e6 / requests as f64,
        resident: memory.parts.get(),
        peak: memory.peak.get(),
        after: server.resident()?,
    })
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, p99, p999] = self.percentiles;
        write!(f, "{} requests, {:.0} a second, {median:.0}/{p99:.0}/{p999:.0} us, ", self.requests, self.per_second)?;
        write!(f, "{:.1} us of CPU each, resident at most {} KiB", self.cpu, self.peak >> 10)
    }
}
