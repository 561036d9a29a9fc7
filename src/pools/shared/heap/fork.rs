//! The locks of a heap, which are held across a fork, and the heap in the child.

use super::Heap;
use crate::pools::shared::cache::Cache;
use crate::pools::shared::spans::SHARDS;
use crate::threads::LostThreads;
use crate::threads::fork::LockOwner;
use crate::threads::lock::Lock;

impl LockOwner for Heap {
    /// In the order of invariant 4.
    fn nth_lock(&self, number: usize) -> Option<&Lock> {
        let Some(number) = number.checked_sub(1) else { return Some(&self.scan.lock) };
        let of_shard = self.locks.get(number).map(|lock| &lock.0);
        of_shard.or_else(|| [&self.chunks.lock, &self.large.lock].get(number.checked_sub(SHARDS)?).copied())
    }

    /// Resets the caches of lost threads for new ones. The blocks in them are not used again, since a thread may have
    /// been changing them.
    unsafe fn settle_in_child(&self, lost: Option<&LostThreads>) {
        let is_lost = |cache: &&Cache| lost.is_some_and(|lost| lost.contains(cache.thread_index()));
        self.caches().filter(is_lost).for_each(|cache| {
            self.budget.reset(&cache.budgeted);
            cache.reset();
        });
        let locks = (0..).map_while(|number| LockOwner::nth_lock(self, number));
        // SAFETY: by `# Safety` of this fn.
        locks.for_each(|lock| unsafe { lock.settle_in_child() });
        self.chunks.returning.settle_in_child();
        self.large.returning.settle_in_child();
        self.is_forked.set(true);
    }
}
