//! Publishes pointers: one thread initialises a value and stores a pointer to it; other threads load the pointer and
//! see the value initialised.
//!
//! A place is null at first. Each of them is either [set once](set_once), or the head of a list that grows [at its
//! front](push_front). Modelled in `tests/models/once_ptr.rs`.

use core::ptr::{self, NonNull};

use super::{AtomicPtr, Ordering};

/// Returns the pointer at `place`, or `None` if it is null. The caller sees all writes that happened before the pointer
/// was stored.
#[inline]
pub(crate) fn get<T>(place: &AtomicPtr<T>) -> Option<NonNull<T>> {
    NonNull::new(place.load(Ordering::Acquire))
}

/// Stores `value` at `place` if that is null. If another thread was faster, stores nothing and returns the pointer of
/// that thread.
pub(crate) fn set_once<T>(place: &AtomicPtr<T>, value: NonNull<T>) -> Option<NonNull<T>> {
    let stored = place.compare_exchange(ptr::null_mut(), value.as_ptr(), Ordering::Release, Ordering::Acquire);
    stored.err().and_then(NonNull::new)
}

/// Stores `node` at `place`, in front of the list that is there. `link` is called before, with the first node of that
/// list or null, to store it in `node`; and again if another thread changes `place` meanwhile.
///
/// A thread that [gets](get) the first node may follow the links. It sees all nodes initialised: each later push is a
/// read-modify-write, so it continues the release sequence of the earlier ones.
pub(crate) fn push_front<T>(place: &AtomicPtr<T>, node: NonNull<T>, link: impl Fn(*mut T)) {
    let replace = |first| {
        link(first);
        Some(node.as_ptr())
    };
    // Never an error, since `replace` always returns a pointer.
    let _ = place.fetch_update(Ordering::Release, Ordering::Relaxed, replace);
}
