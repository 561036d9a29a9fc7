//! Counts visits to chunk headers, so that tests can measure the work that lists and trees of chunks take.

use core::cell::Cell;

std::thread_local! {
    static VISITS: Cell<usize> = const { Cell::new(0) };
}

/// Counts one visit to the header of a chunk.
pub(super) fn count() {
    VISITS.set(VISITS.get() + 1);
}

/// Returns the visits that `work` makes, and its result.
pub(super) fn of<R>(work: impl FnOnce() -> R) -> (usize, R) {
    let before = VISITS.get();
    let result = work();
    (VISITS.get() - before, result)
}
