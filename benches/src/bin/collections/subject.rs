//! The operations on a collection, and their times.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The least number of elements that a cell processes.
const ELEMENTS: usize = 200_000;
/// The number of elements inserted and removed, which may each take linear time.
const FEW: usize = 100;

/// A collection of numbers, std's or ours.
pub(crate) trait Subject: Clone {
    /// Adds a number, at the end or by its key.
    fn push(&mut self, number: u64);
    /// Adds all numbers.
    fn add_all(&mut self, numbers: &[u64]);
    /// Adds a number, in the middle of a sequence.
    fn insert(&mut self, number: u64);
    /// Removes the number, or the one in the middle of a sequence.
    fn remove(&mut self, number: u64);
    /// Looks a number up, by index or by key.
    fn lookup(&self, number: u64) -> u64;
    /// Returns the sum of all numbers.
    fn sum(&self) -> u64;
    /// Sorts the numbers, if they are not sorted already.
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

/// Returns the numbers below `size` in random order.
fn numbers(size: usize) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..size as u64).collect();
    fastrand::Rng::with_seed(7).shuffle(&mut numbers);
    numbers
}

/// Returns the time of `work` on all subjects.
fn timed<S>(subjects: &mut [S], mut work: impl FnMut(&mut S)) -> Duration {
    let start = Instant::now();
    subjects.iter_mut().for_each(|subject| work(black_box(subject)));
    start.elapsed()
}

/// Runs `operation` on enough collections of `size` elements, which `new` creates, and returns the time.
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
