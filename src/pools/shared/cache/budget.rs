//! How much the caches of all threads may hold together.

use core::cell::Cell;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

/// What is counted is what bins may hold, and not what they do. All zero bytes are an unused one.
#[derive(Debug)]
pub(crate) struct Budget {
    used: AtomicUsize,
    /// An eighth of what was in use at the last look.
    pub(crate) eighth: AtomicUsize,
    /// How many caches there are.
    pub(crate) caches: AtomicUsize,
}

impl Budget {
    pub(crate) fn used(&self) -> usize {
        self.used.load(Relaxed)
    }

    /// Lets a bin take `after` bytes of the budget instead of `before`, and counts it in what its cache takes, its `own`. Says whether
    /// there was enough: all have `least` together, or an eighth of what is in use; and beside that each its share of half as much,
    /// if others were faster.
    pub(crate) fn resize(&self, own: &Cell<usize>, before: usize, after: usize, least: usize) -> bool {
        if after > before {
            let (more, limit) = (after - before, least.max(self.eighth.load(Relaxed)));
            let share = || limit / 2 / self.caches.load(Relaxed).max(1);
            if self.used().saturating_add(more) > limit && own.get() + more > share() {
                return false;
            }
            self.used.fetch_add(more, Relaxed);
            own.set(own.get() + more);
        } else if before > after {
            // In this order, so that a thread that is lost in a fork in between has too much counted, and not too little.
            own.set(own.get() - (before - after));
            self.used.fetch_sub(before - after, Relaxed);
        }
        true
    }

    /// What a cache takes, its `own`, is there for others again: its thread was lost in a fork, maybe while it changed that.
    pub(crate) fn forget(&self, own: &Cell<usize>) {
        self.used.store(self.used().saturating_sub(own.replace(0)), Relaxed);
    }
}
