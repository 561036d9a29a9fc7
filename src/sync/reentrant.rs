//! A lock that lets the thread in which holds it already: for calls that may come back here.

use super::lock::{Held, Lock};
use super::{AtomicUsize, Ordering};
use crate::threads;

/// All zero bytes are a lock that is free.
#[derive(Debug)]
pub(crate) struct ReentrantLock {
    pub(crate) lock: Lock,
    /// The [id](threads::id) of the thread that holds it, or 0. Relaxed: no thread but one itself stores its id, and takes it
    /// away again before it gives the lock back.
    holder: AtomicUsize,
}

/// Gives the lock back when it goes.
#[derive(Debug)]
pub(crate) struct Entered<'a> {
    holder: &'a AtomicUsize,
    _held: Held<'a>,
}

impl ReentrantLock {
    /// Waits until no other thread holds it. `None` if the calling thread does already.
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        let id = threads::id();
        if self.holder.load(Ordering::Relaxed) == id {
            return None;
        }
        let held = self.lock.lock();
        self.holder.store(id, Ordering::Relaxed);
        Some(Entered { holder: &self.holder, _held: held })
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.holder.store(0, Ordering::Relaxed);
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::cell::Cell;
    use std::thread;

    use super::{Lock, ReentrantLock};
    use crate::sync::AtomicUsize;

    struct Guarded {
        lock: ReentrantLock,
        count: Cell<usize>,
    }
    // SAFETY: the count is used under the lock.
    unsafe impl Sync for Guarded {}

    #[test]
    fn a_thread_enters_again_and_others_wait() {
        let lock = ReentrantLock { lock: Lock::new(), holder: AtomicUsize::new(0) };
        let guarded = &Guarded { lock, count: Cell::new(0) };
        let add = || {
            for _ in 0..2000 {
                let outer = guarded.lock.enter();
                let inner = guarded.lock.enter();
                assert!(outer.is_some() && inner.is_none());
                guarded.count.set(guarded.count.get() + 1);
                drop(inner);
                guarded.count.set(guarded.count.get() + 1);
            }
        };
        thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(add))));
        assert_eq!(guarded.count.get(), 4 * 2 * 2000);
    }
}
