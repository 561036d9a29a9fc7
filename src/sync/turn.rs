//! Whose turn it is to do what may call back: a lock that lets the thread in which has it already, and for which others wait for a
//! while only.
//!
//! Who calls foreign code under a lock, and waits for such a lock, may wait for ever: foreign code has locks of its own. So this
//! one is a courtesy: threads come one after the other, unless that takes too long.

use super::lock::Lock;
use super::wait::yield_now;
use super::{AtomicUsize, Ordering};
use crate::threads;

/// How often other threads may go on before one gives up waiting: some milliseconds, if they have nothing to do.
const PATIENCE: usize = 10_000;

/// All zero bytes are one that nobody has.
#[derive(Debug)]
pub(crate) struct Turn {
    lock: Lock,
    /// The [id](threads::id) of the thread that has it, or 0. Relaxed: no thread but one itself stores its id, and takes it
    /// away again before it gives the lock back.
    holder: AtomicUsize,
}

/// It is the calling thread's turn until this goes.
#[derive(Debug)]
pub(crate) struct InTurn<'a>(&'a Turn);

impl Turn {
    /// Waits until it is the calling thread's turn. `None` if it is that already, or if it takes too long.
    pub(crate) fn wait(&self) -> Option<InTurn<'_>> {
        if !self.foreign_lock()?.acquire_patiently() {
            return None;
        }
        self.holder.store(threads::id(), Ordering::Relaxed);
        Some(InTurn(self))
    }

    /// Whether it is the calling thread's turn.
    pub(crate) fn is_own(&self) -> bool {
        self.holder.load(Ordering::Relaxed) == threads::id()
    }

    /// The lock, unless the calling thread has it.
    pub(crate) fn foreign_lock(&self) -> Option<&Lock> {
        (!self.is_own()).then_some(&self.lock)
    }
}

impl Drop for InTurn<'_> {
    fn drop(&mut self) {
        self.0.holder.store(0, Ordering::Relaxed);
        // SAFETY: acquired for this.
        unsafe { self.0.lock.release() };
    }
}

impl Lock {
    /// [Acquires](Lock::acquire) it, unless it is not to be had for a while.
    pub(crate) fn acquire_patiently(&self) -> bool {
        self.try_acquire()
            || (0..PATIENCE).any(|_| {
                yield_now();
                self.try_acquire()
            })
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::{Lock, Turn};
    use crate::sync;

    fn turn() -> Turn {
        Turn { lock: Lock::new(), holder: sync::AtomicUsize::new(0) }
    }

    #[test]
    fn one_after_the_other_and_one_again() {
        let (turn, inside) = (&turn(), &AtomicUsize::new(0));
        let work = || {
            for _ in 0..500 {
                // Almost always: where threads have little to do, they need not wait long.
                let Some(outer) = turn.wait() else { continue };
                assert!(turn.wait().is_none());
                assert_eq!(inside.fetch_add(1, super::Ordering::Relaxed), 0);
                inside.fetch_sub(1, super::Ordering::Relaxed);
                drop(outer);
            }
        };
        thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(work))));
        assert!(turn.wait().is_some());
    }

    #[test]
    fn nobody_waits_for_ever() {
        let (turn, barrier) = (&turn(), &Barrier::new(2));
        thread::scope(|threads| {
            threads.spawn(|| {
                let _turn = turn.wait().unwrap();
                barrier.wait();
                barrier.wait();
            });
            barrier.wait();
            assert!(turn.wait().is_none());
            barrier.wait();
        });
        assert!(turn.wait().is_some());
    }
}
