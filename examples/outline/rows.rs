//! Times the same trees in one allocator after the other.

use std::hint::black_box;
use std::mem;
use std::time::{Duration, Instant};

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec as VecIn;
use janus_alloc::{Arena, Global, Malloc, Pool, SharedPool, System};

use crate::findings::Findings;
use crate::numbers::median;
use crate::parse::parse;
use crate::sources::Source;
use crate::token::Tokens;
use crate::tree::Nodes;

/// The times of one round.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// The time to read the tokens and build the trees.
    pub(crate) build: Duration,
    /// The time to walk over the trees and answer the queries.
    pub(crate) answer: Duration,
    /// The time to free all memory.
    pub(crate) end: Duration,
}

/// The median times of one allocator.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) note: &'static str,
    pub(crate) times: Times,
}

impl Row {
    /// Returns the cost of the trees: the time to build and free them, minus the time to read the tokens.
    pub(crate) fn cost(&self, tokens: Duration) -> Duration {
        (self.times.build + self.times.end).saturating_sub(tokens)
    }
}

type Round<'s> = Box<dyn Fn() -> Times + 's>;

/// Times all allocators in turn, `rounds` times. The order changes from round to round, so that each allocator runs
/// after every other one. Each runs twice and only the second run is timed, so that it finds the process as its own
/// first run left it.
///
/// Returns a row for each allocator, and the time to read the tokens alone.
pub(crate) fn measure(sources: &[Source], default: &'static SharedPool, rounds: usize) -> (Vec<Row>, Duration) {
    let variants = variants(sources, default);
    let mut times: Vec<Vec<Times>> = variants.iter().map(|_| Vec::new()).collect();
    let mut tokens = Vec::new();
    for round in 0..rounds {
        tokens.push(time_tokens(sources));
        // An odd step reaches each of the eight variants.
        let step = 2 * round + 1;
        for turn in 0..variants.len() {
            let index = (round + turn * step) % variants.len();
            let run = &variants[index].2;
            run();
            times[index].push(run());
        }
    }
    let medians = |times: &[Times]| Times {
        build: median(times.iter().map(|times| times.build).collect()),
        answer: median(times.iter().map(|times| times.answer).collect()),
        end: median(times.iter().map(|times| times.end).collect()),
    };
    let row = |((name, note, _), times): (_, Vec<Times>)| Row { name, note, times: medians(&times) };
    (variants.into_iter().zip(times).map(row).collect(), median(tokens))
}

/// Returns the name of each allocator, a note, and a function that runs one round with it.
fn variants<'s>(sources: &'s [Source], default: &'static SharedPool) -> [(&'static str, &'static str, Round<'s>); 8] {
    [
        ("System", "the C library's malloc, as Rust calls it", Box::new(|| time_dropped(sources, System))),
        ("Malloc", "the C library's malloc", Box::new(|| time_dropped(sources, Malloc))),
        ("SharedPool", "the default of this process", Box::new(move || time_dropped(sources, default))),
        (
            "Pool",
            "for one thread, dropped at the end",
            Box::new(|| {
                let pool = Pool::new();
                let times = time_dropped(sources, &pool);
                add_end(times, || drop(pool))
            }),
        ),
        (
            "Arena, dropped",
            "each node is dropped, then the arena",
            Box::new(|| {
                let arena = packed_arena();
                let times = time_dropped(sources, &arena);
                add_end(times, || drop(arena))
            }),
        ),
        (
            "Arena, forgotten",
            "the arena is dropped, and all nodes with it",
            Box::new(|| {
                let arena = packed_arena();
                let times = time_forgotten(sources, &arena);
                add_end(times, || drop(arena))
            }),
        ),
        (
            "bumpalo, dropped",
            "each node is dropped, then the arena of bumpalo",
            Box::new(|| {
                let bump = bumpalo::Bump::new();
                let times = time_dropped(sources, &bump);
                add_end(times, || drop(bump))
            }),
        ),
        (
            "bumpalo, forgotten",
            "the arena of bumpalo is dropped, and all nodes with it",
            Box::new(|| {
                let bump = bumpalo::Bump::new();
                let times = time_forgotten(sources, &bump);
                add_end(times, || drop(bump))
            }),
        ),
    ]
}

/// Returns an arena that leaves no gaps between strings. The default minimum alignment of 8 saves instructions if few
/// blocks are smaller than that.
fn packed_arena() -> Arena<Global, 1> {
    Arena::with_min_align_in(Global)
}

/// Runs `end` and adds its time to the end of the round.
fn add_end(mut times: Times, end: impl FnOnce()) -> Times {
    let start = Instant::now();
    end();
    times.end += start.elapsed();
    times
}

/// Times a round that drops every node.
fn time_dropped<A: Allocator + Copy>(sources: &[Source], allocator: A) -> Times {
    time_round(sources, allocator, drop)
}

/// Times a round that drops no node.
fn time_forgotten<A: Allocator + Copy>(sources: &[Source], allocator: A) -> Times {
    time_round(sources, allocator, mem::forget)
}

fn time_round<A: Allocator + Copy>(sources: &[Source], allocator: A, end: fn(VecIn<Nodes<A>, A>)) -> Times {
    let start = Instant::now();
    let trees = build(sources, allocator);
    let built = Instant::now();
    black_box(Findings::of(&trees, 1));
    let answered = Instant::now();
    end(trees);
    Times { build: built - start, answer: answered - built, end: answered.elapsed() }
}

/// Builds the trees of all sources in one allocator.
pub(crate) fn build<A: Allocator + Copy>(sources: &[Source], allocator: A) -> VecIn<Nodes<A>, A> {
    let mut trees = VecIn::with_capacity_in(sources.len(), allocator);
    trees.extend(sources.iter().map(|source| parse(&source.text, allocator)));
    trees
}

fn time_tokens(sources: &[Source]) -> Duration {
    let start = Instant::now();
    for source in sources {
        black_box(Tokens::new(&source.text).count());
    }
    start.elapsed()
}
