//! What the workloads of collections share, which do the same in std's type and in ours.

use std::hint::black_box;

/// One operation on collections of a size, done so many times, or until so many elements have been dealt with.
pub type Sized = fn(count: usize, size: usize);

/// An operation, in both types.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The name of the row.
    pub name: &'static str,
    /// In std's type.
    pub std: Sized,
    /// In ours.
    pub ours: Sized,
}

/// Calls `turn` with the size so many times.
pub(super) fn turns(count: usize, size: usize, mut turn: impl FnMut(usize)) {
    for _ in 0..count {
        turn(black_box(size));
    }
}

/// Calls `turn` with the size until it has dealt with so many elements.
pub(super) fn turns_of_elements(elements: usize, size: usize, turn: impl FnMut(usize)) {
    turns(elements / size, size, turn);
}

/// States of a generator, the same ones each time. Their high bits have no order.
pub(super) fn states() -> impl Iterator<Item = u64> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state
    })
}

/// Numbers without an order.
pub(super) fn numbers(size: usize) -> Vec<u64> {
    states().map(|state| state >> 33).take(size).collect()
}
