//! A cache passes from a thread that ends to the next thread with its number, or for a moment to a thread that collects. Meanwhile,
//! other threads may read its count.
//!
//! `SharedPool` has a `const` constructor, which loom's atomics have not. So the pool is modelled here, with the crate's numbers and
//! slots. Each of these changes makes a test fail: `Relaxed` for the `Acquire` of any way to take a number, for the `Release` of
//! giving it back, for the `Release` of binding a cache to a slot, or for the `Acquire` of reading all caches.

use std::ptr::null_mut;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads::local::SLOTS;
use crate::threads::slots::Slots;
use crate::threads::thread_index::{release, with_free_index};

/// The free blocks of one thread, reduced to their count.
struct Cache {
    /// Written once, when the cache is created.
    capacity: UnsafeCell<usize>,
    /// The number of blocks. The owner writes it, and all threads read it.
    count: AtomicUsize,
    /// The number of changes. Only the owner uses it.
    changes: UnsafeCell<usize>,
}

struct Pool {
    slots: Slots<Cache>,
    /// The number of caches created.
    created: AtomicUsize,
    /// The number of blocks that `collect` took from the caches.
    collected: AtomicUsize,
}

// SAFETY: only the thread with a slot's number uses the cells of its cache; loom checks that it is one thread at a time.
unsafe impl Sync for Pool {}
// SAFETY: only the thread with a slot's number uses the cells of its cache; loom checks that it is one thread at a time.
unsafe impl Send for Pool {}

impl Pool {
    fn new() -> Arc<Self> {
        let slots = Slots { slots: [(); SLOTS + 1].map(|()| AtomicPtr::new(null_mut())) };
        Arc::new(Self { slots, created: AtomicUsize::new(0), collected: AtomicUsize::new(0) })
    }

    /// Returns the cache of the calling thread, and creates it if there is none. Returns `None` if the thread has no number.
    fn cache(&self) -> Option<&Cache> {
        self.slots.slot()?;
        // SAFETY: the pool frees caches in its drop alone.
        if let Some(cache) = unsafe { self.slots.own().as_ref() } {
            return Some(cache);
        }
        let cache = Cache { capacity: UnsafeCell::new(0), count: AtomicUsize::new(0), changes: UnsafeCell::new(0) };
        let cache = Box::leak(Box::new(cache));
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        cache.capacity.with_mut(|capacity| unsafe { *capacity = 2 });
        self.created.fetch_add(1, Ordering::Relaxed);
        self.slots.bind(cache)?;
        Some(cache)
    }

    /// Frees a block, and returns whether it went to a cache.
    fn free(&self) -> bool {
        let Some(cache) = self.cache() else { return false };
        cache.change(|count| count + 1);
        true
    }

    /// Takes all blocks out of the caches that no thread owns.
    fn collect(&self) {
        for cache in self.caches() {
            // The model has one number.
            with_free_index(0, || {
                cache.change(|count| {
                    self.collected.fetch_add(count, Ordering::Relaxed);
                    0
                });
            });
        }
    }

    fn caches(&self) -> impl Iterator<Item = &Cache> {
        // SAFETY: the pool frees caches in its drop alone.
        self.slots.all().filter_map(|cache| unsafe { cache.as_ref() })
    }

    /// Returns the number of blocks in caches.
    fn count(&self) -> usize {
        self.caches()
            .map(|cache| {
                // SAFETY: loom checks that no other thread writes the value meanwhile.
                assert_eq!(cache.capacity.with(|capacity| unsafe { *capacity }), 2, "an incomplete cache was found");
                cache.count.load(Ordering::Relaxed)
            })
            .sum()
    }
}

impl Cache {
    /// Changes the count. Only the owner calls this.
    fn change(&self, change: impl FnOnce(usize) -> usize) {
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        self.changes.with_mut(|changes| unsafe { *changes += 1 });
        let count = self.count.load(Ordering::Relaxed);
        self.count.store(change(count), Ordering::Relaxed);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for cache in self.slots.all() {
            if !cache.is_null() {
                // SAFETY: the cache came from a box, is in one slot, and is not used after the pool's drop.
                drop(unsafe { Box::from_raw(cache) });
            }
        }
    }
}

/// Frees two blocks, as a thread before its end, and gives the number back. Returns how many blocks went to a cache.
fn free_two_and_end(pool: &Pool) -> usize {
    let count = usize::from(pool.free()) + usize::from(pool.free());
    release();
    count
}

fn spawn<T: 'static>(pool: &Arc<Pool>, work: impl FnOnce(&Pool) -> T + 'static) -> thread::JoinHandle<T> {
    let pool = Arc::clone(pool);
    thread::spawn(move || work(&pool))
}

#[test]
fn the_next_thread_with_the_number_takes_over_the_cache() {
    check(|| {
        let pool = Pool::new();
        let threads = [spawn(&pool, free_two_and_end), spawn(&pool, free_two_and_end)];
        let cached: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        // The one number has one cache, which lost no block.
        assert!(cached >= 2 && pool.created.load(Ordering::Relaxed) == 1);
        assert_eq!(pool.count(), cached);
    });
}

#[test]
fn a_collecting_thread_takes_each_block_once() {
    check(|| {
        let pool = Pool::new();
        let threads = [spawn(&pool, free_two_and_end), spawn(&pool, free_two_and_end)];
        pool.collect();
        let cached: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(pool.count() + pool.collected.load(Ordering::Relaxed), cached);
        pool.collect();
        assert_eq!((pool.count(), pool.collected.load(Ordering::Relaxed)), (0, cached));
    });
}

#[test]
fn two_collecting_threads_take_each_block_once() {
    check(|| {
        let pool = Pool::new();
        let cached = spawn(&pool, free_two_and_end).join().unwrap();
        let thread = spawn(&pool, Pool::collect);
        pool.collect();
        thread.join().unwrap();
        assert_eq!((pool.count(), pool.collected.load(Ordering::Relaxed)), (0, cached));
    });
}

#[test]
fn other_threads_may_count_meanwhile() {
    check(|| {
        let pool = Pool::new();
        let thread = spawn(&pool, free_two_and_end);
        assert!(pool.count() <= 2);
        pool.collect();
        assert!(pool.count() <= 2);
        thread.join().unwrap();
    });
}
