//! The collections.

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, AsAllocator, Pool, System, collections};
use mimalloc::MiMalloc;

use crate::subject::{HEAP, MAP, Operation, SEQUENCE, Subject, time};

/// Implements `Subject` for std's type and for ours, with the same code.
macro_rules! subject {
    ([$($std:tt)*] [$($ours:tt)*] { $($body:tt)* }) => {
        impl Subject for $($std)* { $($body)* }
        impl<A: Allocator + Clone> Subject for $($ours)* { $($body)* }
    };
}

subject! { [Vec<u64>] [collections::Vec<u64, A>] {
    fn push(&mut self, number: u64) {
        self.push(number);
    }
    fn add_all(&mut self, numbers: &[u64]) {
        self.extend(numbers.iter().copied());
    }
    fn insert(&mut self, number: u64) {
        self.insert(self.len() / 2, number);
    }
    fn remove(&mut self, _: u64) {
        self.remove(self.len() / 2);
    }
    fn lookup(&self, number: u64) -> u64 {
        self[number as usize]
    }
    fn sum(&self) -> u64 {
        self.iter().sum()
    }
    fn sort(&mut self) {
        self.sort_unstable();
    }
} }

subject! { [std::collections::VecDeque<u64>] [collections::VecDeque<u64, A>] {
    fn push(&mut self, number: u64) {
        if number.is_multiple_of(2) { self.push_back(number) } else { self.push_front(number) }
    }
    fn add_all(&mut self, numbers: &[u64]) {
        self.extend(numbers.iter().copied());
    }
    fn insert(&mut self, number: u64) {
        self.insert(self.len() / 2, number);
    }
    fn remove(&mut self, _: u64) {
        self.remove(self.len() / 2);
    }
    fn lookup(&self, number: u64) -> u64 {
        self[number as usize]
    }
    fn sum(&self) -> u64 {
        self.iter().sum()
    }
    fn sort(&mut self) {
        self.make_contiguous().sort_unstable();
    }
} }

subject! { [std::collections::BinaryHeap<Reverse<u64>>] [collections::BinaryHeap<Reverse<u64>, A>] {
    fn push(&mut self, number: u64) {
        self.push(Reverse(number));
    }
    fn add_all(&mut self, numbers: &[u64]) {
        self.extend(numbers.iter().copied().map(Reverse));
    }
    fn insert(&mut self, number: u64) {
        self.push(Reverse(number));
    }
    fn remove(&mut self, _: u64) {
        self.pop();
    }
    fn lookup(&self, _: u64) -> u64 {
        self.peek().map_or(0, |first| first.0)
    }
    fn sum(&self) -> u64 {
        self.iter().map(|number| number.0).sum()
    }
    fn sort(&mut self) {
        while self.pop().is_some() {}
    }
} }

subject! { [std::collections::BTreeMap<u64, u64>] [collections::BTreeMap<u64, u64, A>] {
    fn push(&mut self, number: u64) {
        self.insert(number, number);
    }
    fn add_all(&mut self, numbers: &[u64]) {
        self.extend(numbers.iter().map(|&number| (number, number)));
    }
    fn insert(&mut self, number: u64) {
        self.insert(number, number);
    }
    fn remove(&mut self, number: u64) {
        self.remove(&number);
    }
    fn lookup(&self, number: u64) -> u64 {
        self[&number]
    }
    fn sum(&self) -> u64 {
        self.values().sum()
    }
    fn sort(&mut self) {}
} }

/// The columns. The first is the reference for the others.
pub(crate) const COLUMNS: [&str; 5] = ["std", "ours", "Arena", "Pool", "mimalloc"];

/// One kind of collection, in each column.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) operations: &'static [Operation],
    pub(crate) time: fn(column: usize, Operation, size: usize) -> Duration,
}

/// Drops the allocator of the collections. Returns the time if the operation is a drop: the allocator frees their memory.
fn end<A>(allocator: A, operation: Operation) -> Duration {
    let start = Instant::now();
    drop(allocator);
    if operation == Operation::Drop { start.elapsed() } else { Duration::ZERO }
}

macro_rules! kind {
    ($name:literal, $std:expr, $ours:path, $operations:expr) => {
        Kind {
            name: $name,
            operations: $operations,
            time: |column, operation, size| match column {
                0 => time(operation, size, || $std),
                1 => time(operation, size, || $ours(System)),
                2 => {
                    let arena = Arena::new();
                    time(operation, size, || $ours(&arena)) + end(arena, operation)
                }
                3 => {
                    let pool = Pool::new();
                    time(operation, size, || $ours(&pool)) + end(pool, operation)
                }
                _ => time(operation, size, || $ours(AsAllocator::new(MiMalloc))),
            },
        }
    };
}

pub(crate) const KINDS: [Kind; 4] = [
    kind!("Vec", Vec::new(), collections::Vec::new_in, SEQUENCE),
    kind!("VecDeque", std::collections::VecDeque::new(), collections::VecDeque::new_in, SEQUENCE),
    kind!("BinaryHeap", std::collections::BinaryHeap::new(), collections::BinaryHeap::new_in, HEAP),
    kind!("BTreeMap", std::collections::BTreeMap::new(), collections::BTreeMap::new_in, MAP),
];
