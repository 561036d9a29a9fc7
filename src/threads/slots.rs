//! The state that an instance of an allocator keeps for each thread.

use super::local::{SLOTS, slot};
use super::thread_index::thread_index;
use crate::sync::{AtomicPtr, Ordering};

/// A pointer for each thread whose index is below [`SLOTS`], to the state that an instance keeps for the thread.
///
/// * Finding the state takes two loads: of the thread's slot, and of the pointer in it.
/// * The instance owns the states. The pointers move with it, and it frees the states when it is dropped, so no thread
///   keeps a pointer that could dangle. There may be any number of instances.
/// * When a thread ends, its state stays, and the next thread with its index continues with it.
/// * A thread without a slot finds `vacant`, and so does a thread that has no state yet. The instance chooses this
///   pointer. If it leads to a dummy that refuses every request, the hot path needs no test for it.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    /// The first slot is that of threads without an index, or with a higher one. It stays vacant.
    pub(crate) slots: [AtomicPtr<T>; SLOTS + 1],
}

impl<T> Slots<T> {
    /// Returns the pointer of the calling thread, or `vacant`.
    #[inline(always)]
    pub(crate) fn own(&self) -> *mut T {
        // SAFETY: `slot` returns the slot of the calling thread.
        unsafe { self.at(slot()) }
    }

    /// Returns the pointer of the calling thread, or `vacant`.
    ///
    /// # Safety
    ///
    /// `slot` is the [slot] of the calling thread.
    #[inline(always)]
    pub(crate) unsafe fn at(&self, slot: usize) -> *mut T {
        // SAFETY: by invariant 1 of `local` it is at most `SLOTS`.
        let slot = unsafe { self.slots.get_unchecked(slot) };
        // Relaxed suffices: only the calling thread stores there, and the stores of earlier holders of its index
        // happened before it acquired the index.
        slot.load(Ordering::Relaxed)
    }

    /// Returns the slot of the calling thread, to which no other thread stores; `None` if the thread has none.
    pub(crate) fn slot(&self) -> Option<&AtomicPtr<T>> {
        thread_index()?;
        self.slots[1..].get(slot().wrapping_sub(1))
    }

    /// Stores `own` as the pointer of the calling thread, and of later threads with its index; `None` if the thread has
    /// no slot. A thread that gets the pointer from [`all`](Self::all) sees the state as it is now.
    pub(crate) fn bind(&self, own: *mut T) -> Option<()> {
        self.slot()?.store(own, Ordering::Release);
        Some(())
    }

    /// Returns the pointers of all threads, in the order of their indices; `vacant` where there is none. The threads
    /// may be using their states.
    pub(crate) fn all(&self) -> impl Iterator<Item = *mut T> {
        self.slots[1..].iter().map(|slot| slot.load(Ordering::Acquire))
    }
}
