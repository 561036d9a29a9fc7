//! Memory that is given back when the program says so, or when its library is unloaded.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;

use super::SharedPool;
use super::cache::VACANT;
use super::heap::{Heap, Home, Purged};
use super::options::Retain;
use crate::api::Allocator;
use crate::sync::{clock, published};

impl<A: Allocator> SharedPool<A> {
    /// Gives all memory back that can be given back now, and returns how many bytes, held or only resident: chunks without a
    /// block in use and blocks that were kept go to the parent; free pages in other chunks to the operating system, where [that
    /// is possible](Options::whole_pages).
    ///
    /// The caches of the calling thread and of threads that have ended are emptied first. Those of other living threads are not:
    /// nobody else may touch them. It takes every lock of the pool, one after the other: for a quiet moment, after a peak.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Vec};
    ///
    /// let pool = SharedPool::new();
    /// let mut lines = Vec::new_in(&pool);
    /// for n in 0..10_000 {
    ///     lines.push(Vec::<u8, _>::with_capacity_in(n % 1000, &pool));
    /// }
    /// drop(lines);
    /// let before = pool.stats().held_bytes();
    /// assert!(pool.collect() > 0);
    /// assert!(pool.stats().held_bytes() < before);
    /// ```
    pub fn collect(&self) -> usize {
        let Some(heap) = self.made() else { return 0 };
        // What comes out of caches and spans is kept, to be given back, and counted, at the end.
        let mut parent = self.parent_of(heap);
        parent.options = parent.options.retain(Retain::Everything);
        if let Some(cache) = self.own_cache(heap) {
            heap.drain(parent.options, cache);
        }
        heap.collect(parent)
    }

    /// Gives a little of what nobody has used lately back, and empties the bins of the calling thread that it has not used lately: for a
    /// loop that waits for work, or a thread that does nothing else. It takes a fraction of a millisecond, and does nothing but look at
    /// a clock where there is nothing to do.
    ///
    /// What was free at two looks, half a second apart, goes. Threads do that anyway whenever their caches do not serve them, so this is
    /// for programs that may do without for long: those that wait, or whose caches serve them. What lies in the caches of other
    /// threads stays. For all at once there is [`collect`](Self::collect).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use std::time::Duration;
    ///
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
    ///
    /// // In a program that sleeps for hours after a burst of work.
    /// let burst = vec![vec![1_u8; 1000]; 1000];
    /// drop(burst);
    /// for _ in 0..3 {
    ///     while !DEFAULT.purge().is_done() {}
    ///     thread::sleep(Duration::from_millis(10));
    /// }
    /// ```
    pub fn purge(&self) -> Purged {
        let Some(heap) = self.made() else { return Purged::default() };
        let now = clock::tick();
        self.sweep_own(heap, now);
        heap.look(self.parent_of(heap), now)
    }

    /// Empties bins of the calling thread that it has not used lately: it may have others' that it never does.
    pub(super) fn sweep_own(&self, heap: &Heap, now: usize) {
        if let Some(cache) = self.own_cache(heap) {
            heap.sweep(heap.options, cache, now);
        }
    }

    /// What the heap has to know of its pool.
    pub(super) fn home(&self) -> Home {
        Home { pool: ptr::from_ref(self).cast(), unload: Self::unload }
    }

    /// Gives back what the pool holds, if no block of it is in use, and what it can give back else.
    ///
    /// # Safety
    ///
    /// At `pool` there is a pool of this type, or was before it was moved; it can be read. If `heap` is its heap, no thread uses it any
    /// more but by its blocks, or after this.
    unsafe fn unload(pool: *const (), heap: NonNull<()>) {
        let (pool, heap) = (pool.cast::<Self>(), heap.cast::<Heap>());
        // SAFETY: by `# Safety` of this fn.
        let place = unsafe { &(*pool).heap };
        if published::find(place) != Some(heap) {
            return;
        }
        // SAFETY: it has the heap that was made for it, so it is there.
        let this = unsafe { &*pool };
        // SAFETY: the heap of a pool lives.
        let heap_ref = unsafe { heap.as_ref() };
        let options = heap_ref.options.retain(Retain::Everything);
        // SAFETY: by `# Safety` of this fn nobody uses it.
        if !unsafe { heap_ref.is_idle(options) } {
            this.collect();
            return;
        }
        this.heap.store(ptr::null_mut(), Relaxed);
        this.bins.slots.iter().for_each(|slot| slot.store((&raw const VACANT).cast_mut().cast(), Relaxed));
        // SAFETY: made with this parent; nobody uses it, and the pool has it no more.
        unsafe { Heap::free(heap, &this.parent) };
    }
}

#[cfg(feature = "std")]
impl<A: Allocator + Sync + 'static> SharedPool<A> {
    /// Starts a thread that does nothing but [`purge`](Self::purge) this pool, several times a second, as long as the process lives.
    /// Then what was used for a while and is no more comes back within two seconds, if no other thread comes by as well. What lies in
    /// the caches of living threads stays.
    ///
    /// Call it once, for a pool in a static. The child of a fork has no such thread, and may start one of its own. Not for a library that
    /// may be unloaded, whose code the thread would go on running.
    ///
    /// # Errors
    ///
    /// The system has no thread to spare.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
    ///
    /// fn main() -> std::io::Result<()> {
    ///     DEFAULT.purge_in_background()?;
    ///     println!("{}", vec![1; 1000].len());
    ///     Ok(())
    /// }
    /// ```
    pub fn purge_in_background(&'static self) -> std::io::Result<()> {
        use std::thread;
        use std::time::Duration;

        let work = move || {
            loop {
                // No faster than others can use what they need.
                let pause = if self.purge().is_done() { PAUSE } else { Duration::from_millis(1) };
                thread::sleep(pause);
            }
        };
        thread::Builder::new().name("janus purge".into()).stack_size(STACK).spawn(work).map(drop)
    }
}

/// Half of the time between looks, so that none begins much later than it could.
#[cfg(feature = "std")]
const PAUSE: std::time::Duration = std::time::Duration::from_millis(270);
#[cfg(feature = "std")]
const STACK: usize = 128 << 10;
