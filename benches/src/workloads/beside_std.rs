//! The shared parts of the workloads of collections, which run the same code with std's type and with ours.

use std::hint::black_box;

/// Runs an operation on collections of `size` elements. `count` is the number of turns, or the number of elements to process.
pub type Sized = fn(count: usize, size: usize);

/// An operation with std's type and with ours.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The name of the row.
    pub name: &'static str,
    /// The operation with std's type.
    pub std: Sized,
    /// The operation with our type.
    pub ours: Sized,
}

/// Calls `turn` with the size `count` times.
pub(super) fn turns(count: usize, size: usize, mut turn: impl FnMut(usize)) {
    for _ in 0..count {
        turn(black_box(size));
    }
}

/// Calls `turn` with the size until it has processed `elements` elements.
pub(super) fn turns_of_elements(elements: usize, size: usize, turn: impl FnMut(usize)) {
    turns(elements / size, size, turn);
}

/// Returns the states of a random generator with a fixed seed. The high bits are random.
pub(super) fn states() -> impl Iterator<Item = u64> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state
    })
}

/// Returns `size` random numbers, the same in each call.
pub(super) fn numbers(size: usize) -> Vec<u64> {
    states().map(|state| state >> 33).take(size).collect()
}
