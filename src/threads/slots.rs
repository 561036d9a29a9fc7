//! State of an instance for each thread.

use super::local::{SLOTS, slot};
use super::number::number;
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
    /// The first one stays vacant: it is that of threads without a number, or with a high one.
    pub(crate) slots: [AtomicPtr<T>; SLOTS + 1],
}

impl<T> Slots<T> {
    /// What the calling thread has here, or `vacant`.
    #[inline(always)]
    pub(crate) fn own(&self) -> *mut T {
        // SAFETY: by what it says it is.
        unsafe { self.at(slot()) }
    }

    /// What the calling thread has here, or `vacant`.
    ///
    /// # Safety
    ///
    /// The [slot] is that of the calling thread.
    #[inline(always)]
    pub(crate) unsafe fn at(&self, slot: usize) -> *mut T {
        // SAFETY: it is at most `SLOTS`.
        let slot = unsafe { self.slots.get_unchecked(slot) };
        // Relaxed: only the calling thread stores here, and what earlier holders of its number did happened before it got it.
        slot.load(Ordering::Relaxed)
    }

    /// The slot of the calling thread, which nobody else stores to; `None` if it has none.
    pub(crate) fn slot(&self) -> Option<&AtomicPtr<T>> {
        number()?;
        self.slots[1..].get(slot().wrapping_sub(1))
    }

    /// From now on the calling thread, and later ones with its number, have `own` here; `None` if it has no slot. What it
    /// points to is seen as it is now by whoever asks for [`all`](Self::all).
    pub(crate) fn bind(&self, own: *mut T) -> Option<()> {
        self.slot()?.store(own, Ordering::Release);
        Some(())
    }

    /// What all threads have here, in the order of their numbers, or `vacant`. They may be using it.
    pub(crate) fn all(&self) -> impl Iterator<Item = *mut T> {
        self.slots[1..].iter().map(|slot| slot.load(Ordering::Acquire))
    }
}
