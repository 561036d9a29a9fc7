//! Arenas for one thread.

mod jobs;

use std::time::Duration;

use blink_alloc::Blink;
use bumpalo::Bump;
use janus_alloc::{Arena, Global};
use janus_benches::arenas::{BumpArena, BumpScope};
use multitude::Arena as Multitude;

use crate::comparison::{Comparison, Group};

const JOBS: [&str; 8] = ["fill", "refill", "growth", "tree", "vector", "vectors", "map", "strings"];

/// An allocator, and its functions for [`JOBS`].
struct Column {
    name: &'static str,
    runs: [fn() -> Duration; JOBS.len()],
}

const fn column<A: BumpArena>(name: &'static str) -> Column {
    Column {
        name,
        runs: [
            jobs::fill::<A>,
            jobs::refill::<A>,
            jobs::growth::<A>,
            jobs::tree::<A>,
            jobs::vector::<A>,
            jobs::vectors::<A>,
            jobs::map::<A>,
            jobs::strings::<A>,
        ],
    }
}

/// The allocators. The first is the reference for the others.
static COLUMNS: &[Column] = &[
    column::<Arena>("Arena 8"),
    column::<Arena<Global, 1>>("Arena 1"),
    column::<Bump<1>>("bumpalo 1"),
    column::<Bump<8>>("bumpalo 8"),
    column::<BumpScope<1, true>>("scope up 1"),
    column::<BumpScope<8, true>>("scope up 8"),
    column::<BumpScope<1, false>>("scope down 1"),
    column::<BumpScope<8, false>>("scope down 8"),
    column::<Blink>("blink-alloc"),
    column::<Multitude>("multitude"),
];

/// Returns the jobs of all allocators for one thread.
pub(crate) fn group() -> Group {
    let names = COLUMNS.iter().map(|column| column.name).collect();
    let comparison = |(index, name): (usize, &&str)| {
        let jobs = COLUMNS.iter().map(|column| Box::new(column.runs[index]) as _);
        Comparison::new(*name, jobs.collect())
    };
    let comparisons = JOBS.iter().enumerate().map(comparison).collect();
    Group { title: "One thread: medians as multiples of the first's (the number is MIN_ALIGN)", names, comparisons }
}
