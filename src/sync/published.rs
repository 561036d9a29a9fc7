//! What one thread makes and others then find: a pointer, and behind it all that was written before it was stored.
//!
//! Modelled in `tests/models/published.rs`.

use core::ptr::{self, NonNull};

use super::{AtomicPtr, Ordering};

/// What is at `place`. What was written to it before it was put there has happened.
#[inline]
pub(crate) fn find<T>(place: &AtomicPtr<T>) -> Option<NonNull<T>> {
    NonNull::new(place.load(Ordering::Acquire))
}

/// Puts `made` at `place`. If another thread was faster: what that one put there.
pub(crate) fn put<T>(place: &AtomicPtr<T>, made: NonNull<T>) -> Option<NonNull<T>> {
    let put = place.compare_exchange(ptr::null_mut(), made.as_ptr(), Ordering::Release, Ordering::Acquire);
    put.err().and_then(NonNull::new)
}

/// Puts `made` at `place` in front of what is there, which `link` is told before.
///
/// Whoever finds the first may follow the links: each thread that puts one there goes on with what it found, so all that came
/// before has happened as well.
pub(crate) fn push<T>(place: &AtomicPtr<T>, made: NonNull<T>, link: impl Fn(*mut T)) {
    let front = |found| {
        link(found);
        Some(made.as_ptr())
    };
    // There always is one to put.
    let _ = place.fetch_update(Ordering::Release, Ordering::Relaxed, front);
}
