//! The locks of a heap around a fork, and the heap in the child of one.

use super::Heap;
use crate::pools::shared::cache::Cache;
use crate::pools::shared::spans::SHARDS;
use crate::threads::Lost;
use crate::threads::fork::Locks;
use crate::threads::lock::Lock;

impl Locks for Heap {
    fn lock(&self, number: usize) -> Option<&Lock> {
        let Some(number) = number.checked_sub(1) else { return Some(&self.purge.lock) };
        let of_shard = self.locks.get(number).map(|lock| &lock.0);
        of_shard.or_else(|| [&self.chunks.lock, &self.large.lock].get(number.checked_sub(SHARDS)?).copied())
    }

    /// The caches of lost threads become those of new ones; what is in them is not used again, since a thread may have been changing it.
    unsafe fn settle_in_child(&self, lost: Option<&Lost>) {
        let is_lost = |cache: &&Cache| lost.is_some_and(|lost| lost.has(cache.number()));
        self.caches().filter(is_lost).for_each(|cache| {
            self.budget.forget(&cache.budget);
            cache.forget();
        });
        let locks = (0..).map_while(|number| Locks::lock(self, number));
        // SAFETY: by `# Safety` of this fn.
        locks.for_each(|lock| unsafe { lock.settle_in_child() });
        self.chunks.giving.settle_in_child();
        self.large.giving.settle_in_child();
        self.is_forked.set(true);
    }
}
