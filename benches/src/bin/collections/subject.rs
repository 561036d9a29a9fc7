//! What is done with a collection, and for how long.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many elements a cell deals with, at least.
const ELEMENTS: usize = 200_000;
/// How many elements are inserted and removed where each takes linear time.
const FEW: usize = 100;

/// A collection of numbers, of std's or ours. The methods are those that most programs use.
pub(crate) trait Subject: Clone {
    /// Adds one number, at the end or where it belongs.
    fn push(&mut self, number: u64);
    /// Adds many.
    fn add_all(&mut self, numbers: &[u64]);
    /// Adds one in the middle, if there is such a place.
    fn insert(&mut self, number: u64);
    /// Takes the number out, or where there are no keys, one of the middle.
    fn remove(&mut self, number: u64);
    /// Looks a number up, by index or by key.
    fn lookup(&self, number: u64) -> u64;
    /// Looks at all.
    fn sum(&self) -> u64;
    /// Puts all into order, if they are in none.
    fn sort(&mut self);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Push,
    Extend,
    Insert,
    Lookup,
    Iterate,
    Remove,
    Sort,
    Clone,
    Drop,
}

use Operation::{Drop, Extend, Insert, Iterate, Lookup, Push, Remove, Sort};

pub(crate) const SEQUENCE: &[Operation] =
    &[Push, Extend, Insert, Lookup, Iterate, Remove, Sort, Operation::Clone, Drop];
pub(crate) const HEAP: &[Operation] = &[Push, Extend, Iterate, Sort, Operation::Clone, Drop];
pub(crate) const MAP: &[Operation] = &[Push, Extend, Insert, Lookup, Iterate, Remove, Operation::Clone, Drop];

impl Operation {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Extend => "extend",
            Self::Insert => "insert",
            Self::Lookup => "lookup",
            Self::Iterate => "iterate",
            Self::Remove => "remove",
            Self::Sort => "sort",
            Self::Clone => "clone",
            Self::Drop => "drop",
        }
    }
}

/// Numbers below `size`, each once, without an order.
fn numbers(size: usize) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..size as u64).collect();
    fastrand::Rng::with_seed(7).shuffle(&mut numbers);
    numbers
}

fn timed<S>(subjects: &mut [S], mut work: impl FnMut(&mut S)) -> Duration {
    let start = Instant::now();
    subjects.iter_mut().for_each(|subject| work(black_box(subject)));
    start.elapsed()
}

/// Does `operation` on collections of `size` that `new` makes, until enough elements have been dealt with.
pub(crate) fn time<S: Subject>(operation: Operation, size: usize, new: impl Fn() -> S) -> Duration {
    let count = (ELEMENTS / size).max(1);
    let numbers = numbers(size);
    let full = || {
        let mut subject = new();
        numbers.iter().for_each(|&number| subject.push(number));
        subject
    };
    let few = &numbers[..size.min(FEW)];
    match operation {
        Operation::Push => {
            let mut subjects: Vec<S> = (0..count).map(|_| new()).collect();
            timed(&mut subjects, |subject| numbers.iter().for_each(|&number| subject.push(number)))
        }
        Operation::Extend => {
            let mut subjects: Vec<S> = (0..count).map(|_| new()).collect();
            timed(&mut subjects, |subject| subject.add_all(&numbers))
        }
        Operation::Clone => {
            let original = full();
            let mut clones = Vec::with_capacity(count);
            let start = Instant::now();
            clones.extend((0..count).map(|_| black_box(&original).clone()));
            start.elapsed()
        }
        Operation::Drop => {
            let subjects: Vec<S> = (0..count).map(|_| full()).collect();
            let start = Instant::now();
            drop(subjects);
            start.elapsed()
        }
        _ => {
            let mut subjects: Vec<S> = (0..count).map(|_| full()).collect();
            match operation {
                Operation::Insert => timed(&mut subjects, |subject| {
                    few.iter().for_each(|&number| subject.insert(number + size as u64));
                }),
                Operation::Remove => timed(&mut subjects, |subject| {
                    few.iter().for_each(|&number| subject.remove(number));
                }),
                Operation::Lookup => timed(&mut subjects, |subject| {
                    black_box(numbers.iter().map(|&number| subject.lookup(number)).sum::<u64>());
                }),
                Operation::Sort => timed(&mut subjects, S::sort),
                _ => timed(&mut subjects, |subject| {
                    black_box(subject.sum());
                }),
            }
        }
    }
}
