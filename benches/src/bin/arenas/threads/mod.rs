//! Arenas that threads share.

mod jobs;

use std::time::Duration;

use blink_alloc::SyncBlinkAlloc;
use janus_alloc::{Arena, Global, SyncArena, System, TaskArena};
use janus_benches::arenas::{Locked, SharedArena};

use crate::comparison::{Comparison, Group};

const JOBS: [&str; 3] = ["blocks", "first blocks", "vectors"];
const THREADS: [usize; 3] = [1, 2, 4];

/// An allocator, and its functions for [`JOBS`], which take the number of threads.
struct Column {
    name: &'static str,
    runs: [fn(usize) -> Duration; JOBS.len()],
}

const fn column<S: SharedArena>(name: &'static str) -> Column {
    Column { name, runs: [jobs::blocks::<S>, jobs::first_blocks::<S>, jobs::vectors::<S>] }
}

/// The allocators. The first is the reference for the others.
static COLUMNS: &[Column] = &[
    column::<SyncArena>("SyncArena"),
    column::<SyncArena<Global>>("in Global"),
    column::<TaskArena>("TaskArena"),
    column::<Locked<Arena>>("Mutex<Arena>"),
    column::<SyncBlinkAlloc>("SyncBlink"),
    column::<System>("System"),
];

/// Returns the jobs of all allocators for several threads.
pub(crate) fn group() -> Group {
    let names = COLUMNS.iter().map(|column| column.name).collect();
    let mut comparisons = Vec::new();
    for (index, name) in JOBS.iter().enumerate() {
        for threads in THREADS {
            let jobs = COLUMNS.iter().map(|column| Box::new(move || (column.runs[index])(threads)) as _);
            let plural = if threads == 1 { "" } else { "s" };
            comparisons.push(Comparison::new(format!("{name}, {threads} thread{plural}"), jobs.collect()));
        }
    }
    Group { title: "Threads: medians as multiples of the first's", names, comparisons }
}
