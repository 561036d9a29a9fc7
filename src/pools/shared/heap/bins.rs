//! How many blocks the bins of a cache may hold, and bins that are emptied.

use super::Heap;
use crate::pools::shared::cache::{Cache, Event};
use crate::pools::shared::options::Options;
use crate::pools::shared::spans::{CLASSES, Class};
use crate::sync::clock;
use crate::threads;

/// How many blocks a thread takes out of bins that it does not use before it goes on with what it came for.
const SWEPT_AT_ONCE: usize = 1024;

impl Heap {
    /// The bin takes blocks from now on. Says whether it does: if there is no budget, large ones are not cached.
    pub(super) fn open(&self, cache: &Cache, class: usize) -> bool {
        let of = Class::of(class);
        cache.is_open(class)
            || self.resize(cache, class, of.least as usize)
            || (of.floor > 0 && self.resize(cache, class, of.floor as usize))
    }

    /// The bin was empty, or full: it may hold half as many more from now on, up to `most`, if there is budget.
    pub(super) fn grow(&self, cache: &Cache, class: usize, most: usize) {
        let capacity = cache.capacity(class);
        if capacity < most {
            self.resize(cache, class, (capacity * 3 / 2 + 1).min(most));
        }
    }

    /// Has a bin, which has no more blocks than that, hold as many as `capacity`, if there is budget. Says whether there was.
    fn resize(&self, cache: &Cache, class: usize, capacity: usize) -> bool {
        let of = Class::of(class);
        let (before, after) = (of.budget(cache.capacity(class)), of.budget(capacity));
        let resized = self.budget.resize(&cache.budget, before, after, self.options.caches);
        if resized {
            cache.set_capacity(class, capacity);
        }
        resized
    }

    /// Empties all bins.
    pub(crate) fn drain(&self, options: Options, cache: &Cache) {
        (0..CLASSES).for_each(|class| self.close(options, cache, class));
    }

    /// Empties a bin, which takes no blocks until its thread next asks for one.
    fn close(&self, options: Options, cache: &Cache, class: usize) {
        if cache.is_open(class) {
            cache.empty(class, 0, |blocks| self.put(options, class, blocks));
            self.resize(cache, class, 0);
        }
    }

    /// If half a second has passed since it was last done: empties the bins of the calling thread's cache that were neither filled nor
    /// emptied since; or some of them, if they have many blocks, and others when it is called again.
    #[inline]
    pub(crate) fn sweep(&self, options: Options, cache: &Cache, now: usize) {
        if now.wrapping_sub(cache.swept.get()) as isize >= clock::HALF_A_SECOND {
            self.sweep_on(options, cache, now);
        }
    }

    #[cold]
    fn sweep_on(&self, options: Options, cache: &Cache, now: usize) {
        let mut blocks = 0;
        while blocks < SWEPT_AT_ONCE {
            let class = cache.next.get();
            if class == CLASSES {
                cache.next.set(0);
                cache.swept.set(now);
                return;
            }
            cache.next.set(class + 1);
            if cache.events[class].replace(Event::None) == Event::None {
                blocks += cache.count(class);
                self.close(options, cache, class);
            }
        }
    }

    /// Empties the bins of a cache if its thread has ended.
    pub(crate) fn drain_if_idle(&self, options: Options, cache: &Cache) {
        threads::with_idle(cache.number(), || self.drain(options, cache));
    }
}
