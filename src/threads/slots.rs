//! State of an instance for each thread.

use super::number::{LIMIT, number, number_or_limit};
use crate::sync::{AtomicPtr, Ordering};

/// A pointer for each thread that has a number, to what the instance keeps for it; the instance owns what they point to.
///
/// * Found with two loads: the thread's number and the pointer at it.
/// * When the instance moves, the pointers move along; when it is dropped, it frees what they point to, and no thread keeps
///   anything that could be stale. Any number of instances can live at a time.
/// * When a thread ends, what was its stays where it is: the next thread with its number goes on with it.
/// * A thread without a number finds `vacant`, as does one that has not come here before. `vacant` is what the instance
///   takes for "nothing there": with a dummy that refuses every request, the hot path needs no test of its own.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    /// The last one stays vacant: it is that of threads without a number.
    pub(crate) slots: [AtomicPtr<T>; LIMIT + 1],
}

impl<T> Slots<T> {
    /// What the calling thread has here, or `vacant`.
    #[inline(always)]
    pub(crate) fn own(&self) -> *mut T {
        // SAFETY: a number is at most `LIMIT`.
        let slot = unsafe { self.slots.get_unchecked(number_or_limit()) };
        // Relaxed: only the calling thread stores here, and what earlier holders of its number did happened before it got it.
        slot.load(Ordering::Relaxed)
    }

    /// The slot of the calling thread, which nobody else stores to; `None` if it has no number.
    pub(crate) fn slot(&self) -> Option<&AtomicPtr<T>> {
        number().map(|number| &self.slots[number])
    }

    /// All slots, in the order of the numbers. What is loaded from one with `Acquire` is initialised if it was stored with
    /// `Release`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &AtomicPtr<T>> {
        self.slots[..LIMIT].iter()
    }
}
