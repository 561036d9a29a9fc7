//! Threads that wait for another one to fork, before they do. Each notes itself in a list of places on their stacks.
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
use crate::sync::published;
use crate::threads;

static FIRST: AtomicPtr<Waiting> = AtomicPtr::new(ptr::null_mut());

/// One more for each fork that this process comes from.
static GENERATION: AtomicUsize = AtomicUsize::new(1);

/// The place of a thread.
pub(super) struct Waiting {
    /// Its [id](threads::id).
    thread: usize,
    next: Cell<*mut Waiting>,
    /// In which [`GENERATION`] it is in the list; 0 if in none.
    generation: Cell<usize>,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self { thread: threads::id(), next: Cell::new(ptr::null_mut()), generation: Cell::new(0) }
    }

    /// The calling thread waits from now on, if it does not yet. It stays where it is until it [ends](Self::end) that.
    pub(super) fn begin(&self) {
        // A signal handler may fork, and return in the child.
        let _blocked = Blocked::new();
        let generation = GENERATION.load(Relaxed);
        if self.generation.replace(generation) != generation {
            published::push(&FIRST, NonNull::from(self), |next| self.next.set(next));
        }
    }

    /// The calling thread has waited, and holds the lock.
    pub(super) fn end(&self) {
        let own = ptr::from_ref(self).cast_mut();
        let _blocked = Blocked::new();
        // Others may come in front of it meanwhile. Relaxed: whoever finds the first one still finds what it was put in front of.
        if FIRST.compare_exchange(own, self.next.get(), Relaxed, Relaxed).is_ok() {
            return;
        }
        if let Some(before) = all().find(|other| ptr::eq(other.next.get(), own)) {
            before.next.set(self.next.get());
        }
    }
}

/// All that wait, by invariants 1 and 2.
fn all() -> impl Iterator<Item = &'static Waiting> {
    // SAFETY: in the list, so it is there.
    let get = |place: NonNull<Waiting>| unsafe { place.as_ref() };
    let first = published::find(&FIRST).map(get);
    core::iter::successors(first, move |waiting| NonNull::new(waiting.next.get()).map(get))
}

/// Whether a thread waits. What it did before has happened then. With signals blocked.
pub(super) fn has(thread: usize) -> bool {
    all().any(|waiting| waiting.thread == thread)
}

/// In the child of a fork.
pub(super) fn settle_in_child() {
    GENERATION.fetch_add(1, Relaxed);
    FIRST.store(ptr::null_mut(), Relaxed);
}
