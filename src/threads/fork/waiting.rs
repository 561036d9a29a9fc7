//! Threads that wait for another one to fork, before they do. Each notes itself in a queue of places on their stacks.
//!
//! # Invariants
//!
//! 1. Any thread may put its place in front. Only who holds the lock that is waited for, for a fork, removes one, or looks for a thread.
//! 2. A place is there until its thread, which holds that lock then, has removed it; so it lives while it can be found.
//! 3. In the child of a fork there are none, since the stacks of other threads may be gone. A thread that waits on there begins again.

use core::cell::Cell;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::signals::Blocked;
use crate::sync::once_ptr;
use crate::threads;

/// The threads that wait.
#[derive(Debug)]
pub(super) struct Queue {
    first: AtomicPtr<Waiting>,
    /// How many forks this process comes from.
    generation: AtomicUsize,
}

/// The place of a thread.
#[derive(Debug)]
pub(super) struct Waiting {
    /// Its [id](threads::id).
    thread: usize,
    next: Cell<*mut Waiting>,
    /// In which generation it is in the queue, if in any.
    generation: Cell<Option<usize>>,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self { thread: threads::id(), next: Cell::new(ptr::null_mut()), generation: Cell::new(None) }
    }
}

impl Queue {
    pub(super) const fn new() -> Self {
        Self { first: AtomicPtr::new(ptr::null_mut()), generation: AtomicUsize::new(0) }
    }

    /// The calling thread waits from now on, if it does not yet. Its place stays where it is until it [ends](Self::end) that.
    pub(super) fn begin(&self, own: &Waiting) {
        // A signal handler may fork, and return in the child.
        let _blocked = Blocked::new();
        let generation = Some(self.generation.load(Relaxed));
        if own.generation.replace(generation) != generation {
            once_ptr::push_front(&self.first, NonNull::from(own), |next| own.next.set(next));
        }
    }

    /// The calling thread has waited, and holds the lock.
    pub(super) fn end(&self, own: &Waiting) {
        let place = ptr::from_ref(own).cast_mut();
        let _blocked = Blocked::new();
        own.generation.set(None);
        // Others may come in front of it meanwhile. Relaxed: whoever finds the first one still finds what it was put in front of.
        if self.first.compare_exchange(place, own.next.get(), Relaxed, Relaxed).is_ok() {
            return;
        }
        if let Some(before) = self.all().find(|other| ptr::eq(other.next.get(), place)) {
            before.next.set(own.next.get());
        }
    }

    /// By invariants 1 and 2.
    fn all(&self) -> impl Iterator<Item = &Waiting> {
        // SAFETY: in the queue, so it is there.
        let get = |place: NonNull<Waiting>| unsafe { place.as_ref() };
        let first = once_ptr::get(&self.first).map(get);
        core::iter::successors(first, move |waiting| NonNull::new(waiting.next.get()).map(get))
    }

    /// Whether a thread waits. What it did before has happened then. With signals blocked.
    pub(super) fn has(&self, thread: usize) -> bool {
        self.all().any(|waiting| waiting.thread == thread)
    }

    /// In the child of a fork.
    pub(super) fn settle_in_child(&self) {
        self.generation.fetch_add(1, Relaxed);
        self.first.store(ptr::null_mut(), Relaxed);
    }
}
