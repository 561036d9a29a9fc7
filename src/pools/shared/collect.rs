//! Memory that is given back on demand of the program, or when its library is unloaded.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;

use super::SharedPool;
use super::cache::VACANT_BINS;
use super::heap::{Heap, Purged, UnloadHook};
use super::options::Retain;
use crate::api::Allocator;
use crate::sync::{clock, once_ptr};

impl<A: Allocator> SharedPool<A> {
    /// Gives back all memory that can be given back now, and returns how many bytes: chunks without a block in use and
    /// kept large blocks go to the parent; free pages in other chunks go to the operating system, where the parent is
    /// a [`WholePages`](crate::api::WholePages).
    ///
    /// The caches of the calling thread and of threads that have ended are flushed before. Those of other living
    /// threads are not, because only their threads may use them. `collect` acquires every lock of the pool, one after
    /// the other: call it at a quiet moment, after a peak.
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
        let Some(heap) = self.existing_heap() else { return 0 };
        // The blocks of caches and spans are retained until the end, where the memory is returned and counted.
        let heap = self.heap_ref(heap).retaining(Retain::Everything);
        if let Some(cache) = self.own_cache(&heap) {
            heap.flush(cache);
        }
        heap.collect()
    }

    /// Gives back a little of the memory that was not used lately, and flushes the bins that the calling thread has not
    /// used lately. This is for a loop that waits for work, or for a thread that does nothing else. A call takes a
    /// fraction of a millisecond; if there is nothing to do, it only reads a clock.
    ///
    /// Memory goes back if two scans, half a second apart, find it free. Threads advance a scan anyway whenever their
    /// caches do not serve a request, so `purge` is for programs in which that is rare: those that wait, or whose
    /// caches serve them. The caches of other threads stay as they are. [`collect`](Self::collect) gives back
    /// everything at once.
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
        let Some(heap) = self.existing_heap() else { return Purged::default() };
        let (heap, now) = (self.heap_ref(heap), clock::now());
        self.sweep_own_cache(&heap, now);
        heap.continue_scan(now)
    }

    /// Returns the hook by which [`unload`](Self::unload) is called.
    pub(super) fn unload_hook(&self) -> UnloadHook {
        UnloadHook { pool: ptr::from_ref(self).cast(), unload: Self::unload }
    }

    /// Gives back all memory of a pool if none of its blocks is in use, and otherwise the memory that is free.
    ///
    /// # Safety
    ///
    /// 1. `pool` is the address of a pool of this type, or was before the pool was moved. It can be read.
    /// 2. If `heap` is its heap, no thread uses that any more but by its blocks, or after this returns.
    unsafe fn unload(pool: *const (), heap: NonNull<()>) {
        let (pool, heap) = (pool.cast::<Self>(), heap.cast::<Heap>());
        // SAFETY: by (1).
        let place = unsafe { &(*pool).heap };
        if once_ptr::get(place) != Some(heap) {
            return;
        }
        // SAFETY: the pool has the heap that was created for it, so it was not moved.
        let this = unsafe { &*pool };
        // SAFETY: a heap stays until its pool is dropped, by invariant 1 of `Heap`.
        let heap_ref = this.heap_ref(unsafe { heap.as_ref() }).retaining(Retain::Everything);
        // SAFETY: by (2).
        if !unsafe { heap_ref.is_unused() } {
            this.collect();
            return;
        }
        this.heap.store(ptr::null_mut(), Relaxed);
        this.bins.slots.iter().for_each(|slot| slot.store((&raw const VACANT_BINS).cast_mut().cast(), Relaxed));
        // SAFETY: its memory came from this parent. No thread uses it, by (2), and the pool does not refer to it any more.
        unsafe { Heap::free(heap, &this.parent) };
    }
}

#[cfg(feature = "std")]
impl<A: Allocator + Sync + 'static> SharedPool<A> {
    /// Starts a thread that calls [`purge`](Self::purge) several times a second for as long as the process lives. Then
    /// memory that is not used any more is given back within two seconds even if no other thread uses the pool. The
    /// caches of living threads stay as they are.
    ///
    /// Call it once, for a pool in a static. The child of a fork has no such thread, and may start one. Do not call it
    /// in a library that may be unloaded, whose code the thread would continue to run.
    ///
    /// # Errors
    ///
    /// The error of [`std::thread::Builder::spawn`], if the system cannot create a thread.
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
                // A short pause between steps leaves the processor to threads that have work.
                let pause = if self.purge().is_done() { PAUSE } else { Duration::from_millis(1) };
                thread::sleep(pause);
            }
        };
        thread::Builder::new().name("janus purge".into()).stack_size(STACK).spawn(work).map(drop)
    }
}

/// Half of the time between scans, so that none starts much later than it could.
#[cfg(feature = "std")]
const PAUSE: std::time::Duration = std::time::Duration::from_millis(270);
#[cfg(feature = "std")]
const STACK: usize = 128 << 10;
