//! The crate's `threads/thread_index.rs` with one number. Threads call `release` before they end.

use super::index_set::IndexSet;
use super::local::{self, SLOTS};
use crate::sync::AtomicUsize;

loom::lazy_static! {
    // All numbers but the first are held.
    static ref INDICES: IndexSet<1> = IndexSet { held: [AtomicUsize::new(usize::MAX << SLOTS)] };
}

pub(crate) fn thread_index() -> Option<usize> {
    local::thread_index().or_else(|| {
        let number = INDICES.acquire_lowest()?;
        local::store_thread_index(Some(number));
        Some(number)
    })
}

/// Gives the number of the calling thread back, as the crate's destructor of thread-locals does.
pub(crate) fn release() {
    if let Some(number) = local::thread_index() {
        local::store_thread_index(None);
        INDICES.release(number);
    }
}

pub(crate) fn with_free_index(number: usize, action: impl FnOnce()) {
    if INDICES.try_acquire(number) {
        action();
        INDICES.release(number);
    }
}
