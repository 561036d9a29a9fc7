//! The crate's `threads/local.rs` by loom's thread-locals, without flags.

use std::cell::Cell;

pub(crate) const SLOTS: usize = 1;

loom::thread_local! {
    static SLOT: Cell<usize> = Cell::new(0);
}

pub(crate) fn slot() -> usize {
    SLOT.with(Cell::get)
}

pub(crate) fn thread_index() -> Option<usize> {
    slot().checked_sub(1)
}

pub(super) fn store_thread_index(number: Option<usize>) {
    SLOT.with(|slot| slot.set(number.map_or(0, |number| number + 1)));
}
