//! The capacities of the bins of a cache, and the flushing of bins: their blocks return to the spans.

use super::HeapRef;
use crate::api::Allocator;
use crate::pools::shared::cache::{BinEvent, Cache};
use crate::pools::shared::spans::{CLASSES, ClassInfo};
use crate::sync::clock;
use crate::threads;

/// A sweep pauses after this many blocks, so that it does not delay the request of the thread for long.
const MAX_BLOCKS_PER_SWEEP: usize = 1024;

impl<A: Allocator> HeapRef<'_, A> {
    /// Opens a bin, so that it accepts blocks, and returns whether it is open. When the budget is used up, bins of
    /// large blocks stay closed.
    pub(super) fn open_bin(&self, cache: &Cache, class: usize) -> bool {
        let info = ClassInfo::of(class);
        cache.is_open(class)
            || self.resize_bin(cache, class, info.initial_bin as usize)
            || (info.unbudgeted_bin > 0 && self.resize_bin(cache, class, info.unbudgeted_bin as usize))
    }

    /// Lets a bin that was empty, or full, hold half as many blocks again and one more, but at most `most`, if the
    /// budget allows it.
    pub(super) fn grow_bin(&self, cache: &Cache, class: usize, most: usize) {
        let capacity = cache.capacity(class);
        if capacity < most {
            self.resize_bin(cache, class, (capacity * 3 / 2 + 1).min(most));
        }
    }

    /// Changes the capacity of a bin, which has no more blocks than that, if the budget allows it, and returns whether
    /// it does.
    fn resize_bin(&self, cache: &Cache, class: usize, capacity: usize) -> bool {
        let info = ClassInfo::of(class);
        let (before, after) = (info.budget_bytes(cache.capacity(class)), info.budget_bytes(capacity));
        let is_resized = self.budget.resize(&cache.budgeted, before, after, self.options.caches);
        if is_resized {
            cache.set_capacity(class, capacity);
        }
        is_resized
    }

    /// Flushes and closes all bins of a cache.
    pub(crate) fn flush(&self, cache: &Cache) {
        (0..CLASSES).for_each(|class| self.close_bin(cache, class));
    }

    /// Flushes and closes all bins of a cache if its thread has ended.
    pub(super) fn flush_if_ended(&self, cache: &Cache) {
        threads::with_free_index(cache.thread_index(), || self.flush(cache));
    }

    /// Flushes and closes a bin. It accepts no blocks until its thread next asks for one.
    fn close_bin(&self, cache: &Cache, class: usize) {
        if cache.is_open(class) {
            cache.flush(class, 0, |blocks| self.free_blocks(class, blocks));
            self.resize_bin(cache, class, 0);
        }
    }

    /// Flushes the bins of the calling thread's cache that were not used since the last sweep, if that was half a
    /// second ago. If they have many blocks, it flushes some of them, and the next call continues.
    #[inline]
    pub(crate) fn sweep(&self, cache: &Cache, now: usize) {
        if now.wrapping_sub(cache.last_sweep.get()) as isize >= clock::HALF_A_SECOND {
            self.sweep_slow(cache, now);
        }
    }

    #[cold]
    fn sweep_slow(&self, cache: &Cache, now: usize) {
        let mut blocks = 0;
        while blocks < MAX_BLOCKS_PER_SWEEP {
            let class = cache.next_swept.get();
            if class == CLASSES {
                cache.next_swept.set(0);
                cache.last_sweep.set(now);
                return;
            }
            cache.next_swept.set(class + 1);
            if cache.events[class].replace(BinEvent::None) == BinEvent::None {
                blocks += cache.count(class);
                self.close_bin(cache, class);
            }
        }
    }
}
