//! The threads that wait for another thread's fork before they fork themselves. Each adds a node on its stack to a
//! list.
//!
//! # Invariants
//!
//! 1. Any thread may add its node at the front. Only the thread that holds the lock that the others wait for, for a
//!    fork, removes a node or walks through the list.
//! 2. A node stays where it is until its thread, which holds that lock by then, has removed it. So each node in the
//!    list lives.
//! 3. The list of a child is empty at first, since the stacks of other threads may be gone. A thread that waits on in
//!    the child adds itself again.

use core::cell::Cell;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::signals::BlockedSignals;
use crate::sync::once_ptr;
use crate::threads;

#[derive(Debug)]
pub(super) struct WaiterList {
    first: AtomicPtr<Waiter>,
    /// The number of forks that this process descends from.
    generation: AtomicUsize,
}

/// The node of a thread.
#[derive(Debug)]
pub(super) struct Waiter {
    /// The [id](threads::id) of the thread.
    thread: usize,
    next: Cell<*mut Waiter>,
    /// The generation in which the node was added to the list; `None` if it is not in the list.
    generation: Cell<Option<usize>>,
}

impl Waiter {
    pub(super) fn new() -> Self {
        Self { thread: threads::id(), next: Cell::new(ptr::null_mut()), generation: Cell::new(None) }
    }
}

impl WaiterList {
    pub(super) const fn new() -> Self {
        Self { first: AtomicPtr::new(ptr::null_mut()), generation: AtomicUsize::new(0) }
    }

    /// Adds the calling thread, if it is not in the list. `own` stays where it is until it is [removed](Self::remove).
    pub(super) fn add(&self, own: &Waiter) {
        // Without this, a signal handler could fork between the two steps, and return in the child.
        let _blocked = BlockedSignals::new();
        let generation = Some(self.generation.load(Relaxed));
        if own.generation.replace(generation) != generation {
            once_ptr::push_front(&self.first, NonNull::from(own), |next| own.next.set(next));
        }
    }

    /// Removes the calling thread, which now holds the lock.
    pub(super) fn remove(&self, own: &Waiter) {
        let node = ptr::from_ref(own).cast_mut();
        let _blocked = BlockedSignals::new();
        own.generation.set(None);
        // Fails if another thread has added itself in front meanwhile. Relaxed suffices, because this continues the
        // release sequence of the pushes: a thread that gets the first node sees the others.
        if self.first.compare_exchange(node, own.next.get(), Relaxed, Relaxed).is_ok() {
            return;
        }
        if let Some(previous) = self.iter().find(|other| ptr::eq(other.next.get(), node)) {
            previous.next.set(own.next.get());
        }
    }

    /// For the thread that invariant 1 allows to.
    fn iter(&self) -> impl Iterator<Item = &Waiter> {
        // SAFETY: the node is in the list, so it lives by invariant 2; and no other thread removes it by invariant 1.
        let get = |node: NonNull<Waiter>| unsafe { node.as_ref() };
        let first = once_ptr::get(&self.first).map(get);
        core::iter::successors(first, move |waiter| NonNull::new(waiter.next.get()).map(get))
    }

    /// Returns whether `thread` is in the list. The caller, which has blocked signals, then sees all writes of the
    /// thread before it was added.
    pub(super) fn contains(&self, thread: usize) -> bool {
        self.iter().any(|waiter| waiter.thread == thread)
    }

    /// Empties the list in the child of a fork.
    pub(super) fn settle_in_child(&self) {
        self.generation.fetch_add(1, Relaxed);
        self.first.store(ptr::null_mut(), Relaxed);
    }
}
