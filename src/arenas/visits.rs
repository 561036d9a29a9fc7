//! The work that lists of chunks take, for tests: how often a header is looked at.

use core::cell::Cell;

std::thread_local! {
    static VISITS: Cell<usize> = const { Cell::new(0) };
}

/// Counts a look at the header of a chunk.
pub(super) fn count() {
    VISITS.set(VISITS.get() + 1);
}

/// The looks that `work` takes.
pub(super) fn of<R>(work: impl FnOnce() -> R) -> (usize, R) {
    let before = VISITS.get();
    let result = work();
    (VISITS.get() - before, result)
}
