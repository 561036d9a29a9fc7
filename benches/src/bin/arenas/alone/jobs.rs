//! Jobs for an arena and one thread. Except in the job about growth, the arena has and has touched its memory before the clock starts.

use std::alloc::{Layout, handle_alloc_error};
use std::hint::black_box;
use std::time::{Duration, Instant};

use fastrand::Rng;
use janus_alloc::api::Allocator;
use janus_alloc::collections::{HashMap, Vec};
use janus_benches::arenas::BumpArena;

/// The capacity of the arenas in bytes, more than any job takes.
const CAPACITY: usize = 8 << 20;
/// The seed of random numbers, so that all arenas get the same ones.
const SEED: u64 = 20_261_122;

/// Runs `work` three times in an arena that is reset in between, and returns the third time.
fn warm<A: BumpArena>(work: impl Fn(&A)) -> Duration {
    let mut arena = A::with_capacity(CAPACITY);
    for _ in 0..2 {
        work(&arena);
        arena.reset();
    }
    let start = Instant::now();
    work(black_box(&arena));
    start.elapsed()
}

fn place_objects<A: BumpArena>(arena: &A, count: u64) {
    for number in 0..count / 4 {
        black_box(arena.place(number as u32));
        black_box(arena.place(number));
        black_box(arena.place([number; 3]));
        black_box(arena.place([number; 6]));
    }
}

/// Places many small values.
pub(crate) fn fill<A: BumpArena>() -> Duration {
    warm(|arena: &A| place_objects(arena, 100_000))
}

/// Places a few small values and resets the arena, many times.
pub(crate) fn refill<A: BumpArena>() -> Duration {
    let mut arena = A::with_capacity(CAPACITY);
    let mut work = || {
        for _ in 0..500 {
            place_objects(&arena, 200);
            arena.reset();
        }
    };
    work();
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Allocates blocks of many sizes in a new arena, and drops the arena.
pub(crate) fn growth<A: BumpArena>() -> Duration {
    let mut random = Rng::with_seed(SEED);
    let mut size = || {
        // Each power of two is as frequent as the next.
        let highest = 1 << random.u32(3..=10);
        random.usize(1..=highest)
    };
    let sizes: std::vec::Vec<usize> = (0..1000).map(|_| size()).collect();
    let work = || {
        let arena = A::new();
        for &size in &sizes {
            let layout = Layout::array::<u8>(size).expect("a small layout");
            let Ok(block) = arena.handle().allocate(layout) else { handle_alloc_error(layout) };
            // SAFETY: the block has at least one byte.
            unsafe { block.cast::<u8>().write(1) };
            black_box(block);
        }
    };
    // The first run gives the heap its memory.
    work();
    let start = Instant::now();
    (0..50).for_each(|_| work());
    start.elapsed()
}

#[derive(Clone, Copy)]
struct Node<'a> {
    children: Option<[&'a Node<'a>; 2]>,
    number: u64,
}

impl<'a> Node<'a> {
    fn with_depth<A: BumpArena>(depth: u64, arena: &'a A) -> &'a Self {
        let children = (depth > 0).then(|| [depth - 1; 2].map(|depth| Self::with_depth(depth, arena)));
        arena.place(Self { children, number: depth })
    }

    fn sum(&self) -> u64 {
        self.number + self.children.map_or(0, |children| children.iter().map(|child| child.sum()).sum())
    }
}

/// Builds and walks through a tree of 32,767 nodes.
pub(crate) fn tree<A: BumpArena>() -> Duration {
    warm(|arena: &A| {
        black_box(Node::with_depth(14, arena).sum());
    })
}

/// Grows two vectors at a time, so that the block of one is never the last.
pub(crate) fn vectors<A: BumpArena>() -> Duration {
    warm(|arena: &A| {
        for _ in 0..50 {
            let mut numbers = Vec::new_in(arena.handle());
            let mut squares = Vec::new_in(arena.handle());
            for number in 0..500_u64 {
                numbers.push(number);
                squares.push(number * number);
            }
            black_box((&numbers, &squares));
        }
    })
}

/// Grows one vector at a time.
pub(crate) fn vector<A: BumpArena>() -> Duration {
    warm(|arena: &A| {
        for _ in 0..100 {
            let mut numbers = Vec::new_in(arena.handle());
            (0..500_u64).for_each(|number| numbers.push(number));
            black_box(&numbers);
        }
    })
}

/// Grows a hash map.
pub(crate) fn map<A: BumpArena>() -> Duration {
    warm(|arena: &A| {
        let mut map = HashMap::new_in(arena.handle());
        let mut random = Rng::with_seed(SEED);
        for number in 0..20_000_u64 {
            map.insert(random.u64(..), number);
        }
        black_box(&map);
    })
}

/// Builds and leaks texts, each from several pieces.
pub(crate) fn strings<A: BumpArena>() -> Duration {
    const PIECES: [&str; 4] = ["janus", " has", " two faces, one for a collection", "; "];
    warm(|arena: &A| {
        let mut random = Rng::with_seed(SEED);
        for _ in 0..10_000 {
            let mut text = Vec::new_in(arena.handle());
            for _ in 0..random.usize(1..=6) {
                text.extend_from_slice(PIECES[random.usize(..PIECES.len())].as_bytes());
            }
            black_box(text.leak());
        }
    })
}
