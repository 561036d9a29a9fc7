//! Whose turn it is to call what may call back: a lock that lets the thread in which has it already, and for which others wait for
//! a while only.
//!
//! Who calls foreign code under a lock, and waits for such a lock, may wait for ever: foreign code has locks of its own. So this
//! one is a courtesy: threads come one after the other, unless that takes too long.

use super::clock::milliseconds;
use super::lock::Lock;
use super::patience::Next;
use crate::threads::inside::{FOREIGN, FORKERS};

/// How many milliseconds one waits that holds no lock of foreign code; and one that may.
const PATIENCE: u64 = 1000;
const PATIENCE_INSIDE: u64 = 5;

/// All zero bytes are one that nobody has.
#[derive(Debug)]
pub(crate) struct Turn {
    lock: Lock,
}

/// It is the calling thread's turn until this goes.
#[derive(Debug)]
pub(crate) struct InTurn<'a>(&'a Turn);

impl Turn {
    #[cfg(any(unix, test))]
    pub(crate) const fn new() -> Self {
        Self { lock: Lock::new() }
    }

    /// Waits until it is the calling thread's turn. `None` if it is that already, or if it takes too long; or if it is another's
    /// while the calling thread forks, for whose locks that one may wait.
    pub(crate) fn wait(&self) -> Option<InTurn<'_>> {
        if self.is_own() {
            return None;
        }
        if FORKERS.is_inside() {
            return self.now();
        }
        let patience = if FOREIGN.may_be_inside() { PATIENCE_INSIDE } else { PATIENCE };
        self.lock.acquire_within(patience).then(|| InTurn(self))
    }

    /// As [`wait`](Self::wait), without waiting.
    pub(crate) fn now(&self) -> Option<InTurn<'_>> {
        self.lock.try_acquire().then(|| InTurn(self))
    }

    /// Whether it is the calling thread's turn.
    pub(crate) fn is_own(&self) -> bool {
        self.lock.is_own()
    }

    /// Nobody has it but the calling thread, if that does.
    ///
    /// # Safety
    ///
    /// There is no other thread: this is the child of a fork.
    #[cfg(unix)]
    pub(crate) unsafe fn is_of_no_other(&self) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lock.settle_free_in_child() };
    }
}

impl Drop for InTurn<'_> {
    fn drop(&mut self) {
        // SAFETY: acquired for this.
        unsafe { self.0.lock.release() };
    }
}

impl Lock {
    /// [Acquires](Lock::acquire) it, unless that takes more than so many milliseconds. That who gives up leaves nobody waiting for
    /// a free lock is modelled in `tests/models/locks.rs`.
    fn acquire_within(&self, most: u64) -> bool {
        let mut start = None;
        self.acquire_while(|| {
            let now = milliseconds();
            if now - *start.get_or_insert(now) <= most { Next::WaitAWhile } else { Next::GiveUp }
        })
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::{FOREIGN, Turn};

    #[test]
    fn one_after_the_other_and_one_again() {
        let (turn, inside) = (&Turn::new(), &AtomicUsize::new(0));
        let work = || {
            for _ in 0..500 {
                let outer = turn.wait().expect("others need less than a second");
                assert!(turn.wait().is_none());
                assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0);
                inside.fetch_sub(1, Ordering::Relaxed);
                drop(outer);
            }
        };
        thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(work))));
        assert!(turn.wait().is_some());
    }

    #[test]
    fn nobody_waits_for_ever() {
        let (turn, barrier) = (&Turn::new(), &Barrier::new(2));
        thread::scope(|threads| {
            threads.spawn(|| {
                let _turn = turn.wait().unwrap();
                barrier.wait();
                barrier.wait();
            });
            barrier.wait();
            assert!(turn.wait().is_none());
            let _inside = FOREIGN.enter().unwrap();
            assert!(turn.now().is_none());
            assert!(turn.wait().is_none());
            barrier.wait();
        });
        assert!(turn.wait().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_child_has_no_others() {
        let turn = Turn::new();
        core::mem::forget(thread::scope(|threads| threads.spawn(|| turn.wait().unwrap()).join().unwrap()));
        // SAFETY: no other thread has it.
        unsafe { turn.is_of_no_other() };
        let own = turn.wait().unwrap();
        // SAFETY: as above.
        unsafe { turn.is_of_no_other() };
        assert!(turn.is_own());
        drop(own);
    }
}
