//! The same trees in one allocator after the other, timed.

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
    /// Reading tokens and building trees of them.
    pub(crate) build: Duration,
    /// Walking over the trees.
    pub(crate) answer: Duration,
    /// Until all memory is back.
    pub(crate) end: Duration,
}

/// The medians of one allocator.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) note: &'static str,
    pub(crate) times: Times,
}

impl Row {
    /// The time that the trees cost: what is left of building and ending them without reading tokens.
    pub(crate) fn cost(&self, tokens: Duration) -> Duration {
        (self.times.build + self.times.end).saturating_sub(tokens)
    }
}

type Round<'s> = Box<dyn Fn() -> Times + 's>;

/// Times all allocators in turn, `rounds` times, in orders that put each behind every other one. Each is timed in its second run of
/// two, so that it finds the memory that it left itself. Returns a row for each, and the time that reading the tokens alone takes.
pub(crate) fn measure(sources: &[Source], default: &'static SharedPool, rounds: usize) -> (Vec<Row>, Duration) {
    let variants = variants(sources, default);
    let mut times: Vec<Vec<Times>> = variants.iter().map(|_| Vec::new()).collect();
    let mut tokens = Vec::new();
    for round in 0..rounds {
        tokens.push(time_tokens(sources));
        // Odd steps reach each of the eight.
        let step = 2 * round + 1;
        for place in 0..variants.len() {
            let at = (round + place * step) % variants.len();
            let round = &variants[at].2;
            round();
            times[at].push(round());
        }
    }
    let middle = |times: &[Times]| Times {
        build: median(times.iter().map(|times| times.build).collect()),
        answer: median(times.iter().map(|times| times.answer).collect()),
        end: median(times.iter().map(|times| times.end).collect()),
    };
    let row = |((name, note, _), times): (_, Vec<Times>)| Row { name, note, times: middle(&times) };
    (variants.into_iter().zip(times).map(row).collect(), median(tokens))
}

fn variants<'s>(sources: &'s [Source], default: &'static SharedPool) -> [(&'static str, &'static str, Round<'s>); 8] {
    [
        ("System", "the C library's malloc, as Rust calls it", Box::new(|| each_freed(sources, System))),
        ("Malloc", "the C library's malloc", Box::new(|| each_freed(sources, Malloc))),
        ("SharedPool", "the default of this process", Box::new(move || each_freed(sources, default))),
        (
            "Pool",
            "for one thread, dropped at the end",
            Box::new(|| {
                let pool = Pool::new();
                let times = each_freed(sources, &pool);
                and_end(times, || drop(pool))
            }),
        ),
        (
            "Arena, dropped",
            "each node is dropped, then the arena",
            Box::new(|| {
                let arena = packed_arena();
                let times = each_freed(sources, &arena);
                and_end(times, || drop(arena))
            }),
        ),
        (
            "Arena, forgotten",
            "the arena ends, and all nodes with it",
            Box::new(|| {
                let arena = packed_arena();
                let times = forgotten(sources, &arena);
                and_end(times, || drop(arena))
            }),
        ),
        (
            "bumpalo, dropped",
            "each node is dropped, then the arena of bumpalo",
            Box::new(|| {
                let bump = bumpalo::Bump::new();
                let times = each_freed(sources, &bump);
                and_end(times, || drop(bump))
            }),
        ),
        (
            "bumpalo, forgotten",
            "the arena of bumpalo ends, and all nodes with it",
            Box::new(|| {
                let bump = bumpalo::Bump::new();
                let times = forgotten(sources, &bump);
                and_end(times, || drop(bump))
            }),
        ),
    ]
}

/// An arena without gaps between strings. Its default align of 8 saves instructions where few blocks are shorter.
fn packed_arena() -> Arena<Global, 1> {
    Arena::with_min_align_in(Global)
}

fn and_end(mut times: Times, end: impl FnOnce()) -> Times {
    let start = Instant::now();
    end();
    times.end += start.elapsed();
    times
}

fn each_freed<A: Allocator + Copy>(sources: &[Source], allocator: A) -> Times {
    build_and_answer(sources, allocator, drop)
}

fn forgotten<A: Allocator + Copy>(sources: &[Source], allocator: A) -> Times {
    build_and_answer(sources, allocator, mem::forget)
}

fn build_and_answer<A: Allocator + Copy>(sources: &[Source], allocator: A, end: fn(VecIn<Nodes<A>, A>)) -> Times {
    let start = Instant::now();
    let trees = build(sources, allocator);
    let built = Instant::now();
    black_box(Findings::of(&trees, 1));
    let answered = Instant::now();
    end(trees);
    Times { build: built - start, answer: answered - built, end: answered.elapsed() }
}

/// The trees of all sources, in one allocator with all they have.
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
