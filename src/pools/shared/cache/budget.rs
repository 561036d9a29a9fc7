//! The bytes that the caches of all threads may hold together.

use core::cell::Cell;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

/// The budget of all caches of a pool. It counts the capacities of the bins, not the blocks in them. Zero bytes are an
/// unused budget.
#[derive(Debug)]
pub(crate) struct CacheBudget {
    used: AtomicUsize,
    /// An eighth of the bytes that were in use at the last scan.
    pub(crate) live_eighth: AtomicUsize,
    /// The number of caches.
    pub(crate) cache_count: AtomicUsize,
}

impl CacheBudget {
    pub(crate) fn used(&self) -> usize {
        self.used.load(Relaxed)
    }

    /// Changes the bytes that a bin takes of the budget from `before` to `after`, and `budgeted`, which are those of
    /// its cache, accordingly. Returns whether the budget allows it.
    ///
    /// All caches together may take `limit`, or an eighth of the bytes in use if that is more. If others have taken
    /// that, each cache still has its share of half as much again.
    pub(crate) fn resize(&self, budgeted: &Cell<usize>, before: usize, after: usize, limit: usize) -> bool {
        if after > before {
            let (more, limit) = (after - before, limit.max(self.live_eighth.load(Relaxed)));
            let share = || limit / 2 / self.cache_count.load(Relaxed).max(1);
            if self.used().saturating_add(more) > limit && budgeted.get() + more > share() {
                return false;
            }
            self.used.fetch_add(more, Relaxed);
            budgeted.set(budgeted.get() + more);
        } else if before > after {
            // In this order: if the thread is lost in a fork in between, too much stays counted as used, and not too
            // little.
            budgeted.set(budgeted.get() - (before - after));
            self.used.fetch_sub(before - after, Relaxed);
        }
        true
    }

    /// Gives back all that a cache takes of the budget. Its thread was lost in a fork, and may have been changing that.
    #[cfg(unix)]
    pub(crate) fn reset(&self, budgeted: &Cell<usize>) {
        self.used.store(self.used().saturating_sub(budgeted.replace(0)), Relaxed);
    }
}
