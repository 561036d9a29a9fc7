//! One arena between threads.

mod jobs;

use std::time::Duration;

use blink_alloc::SyncBlinkAlloc;
use janus_alloc::{Arena, Global, SyncArena, System};
use janus_benches::arenas::{Locked, SharedArena};

use crate::contest::{Contest, Group};

const JOBS: [&str; 3] = ["blocks", "first blocks", "vectors"];
const THREADS: [usize; 3] = [1, 2, 4];

/// An allocator, and its way through [`JOBS`] with any number of threads.
struct Column {
    name: &'static str,
    runs: [fn(usize) -> Duration; JOBS.len()],
}

const fn column<S: SharedArena>(name: &'static str) -> Column {
    Column { name, runs: [jobs::blocks::<S>, jobs::first_blocks::<S>, jobs::vectors::<S>] }
}

/// The first is what the others are compared with.
static COLUMNS: &[Column] = &[
    column::<SyncArena>("SyncArena"),
    column::<SyncArena<Global>>("in Global"),
    column::<Locked<Arena>>("Mutex<Arena>"),
    column::<SyncBlinkAlloc>("SyncBlink"),
    column::<System>("System"),
];

pub(crate) fn group() -> Group {
    let names = COLUMNS.iter().map(|column| column.name).collect();
    let mut contests = Vec::new();
    for (index, name) in JOBS.iter().enumerate() {
        for threads in THREADS {
            let jobs = COLUMNS.iter().map(|column| Box::new(move || (column.runs[index])(threads)) as _);
            let plural = if threads == 1 { "" } else { "s" };
            contests.push(Contest::new(format!("{name}, {threads} thread{plural}"), jobs.collect()));
        }
    }
    Group { title: "Threads: medians as multiples of the first's", names, contests }
}
