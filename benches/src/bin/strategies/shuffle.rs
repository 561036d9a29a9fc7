//! A heap in the state that a long run of a program leaves.

use std::collections::LinkedList;
use std::hint::black_box;

use fastrand::Rng;

const LISTS: usize = 128;
const LENGTH: usize = 8192;

/// Builds many lists of strings on the default allocator, moves elements between them, and frees three quarters of the lists. The rest is
/// leaked.
pub(crate) fn shuffle() {
    let mut random = Rng::with_seed(2);
    let string = |random: &mut Rng| String::with_capacity(random.usize(25..128));
    let mut lists: Vec<LinkedList<String>> =
        (0..LISTS).map(|_| (0..LENGTH).map(|_| string(&mut random)).collect()).collect();
    for _ in 0..5 * LISTS * LENGTH {
        let (from, to) = (random.usize(..LISTS), random.usize(..LISTS));
        if let Some(moved) = lists[from].pop_front() {
            lists[to].push_back(moved);
        }
    }
    let mut number = 0;
    lists.retain(|_| {
        number += 1;
        number % 4 == 0
    });
    std::mem::forget(black_box(lists));
}
