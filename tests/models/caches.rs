//! A cache goes from a thread that ends to the next one with its number, or for a moment to whoever collects; and others may ask
//! meanwhile how much is in it.
//!
//! `SharedPool` itself is made in a `const`, as loom's atomics cannot be. This is what it does with its parts: the crate's
//! numbers and slots. Tried, and seen to fail here: `Relaxed` for the `Acquire` of each way to take a number, and for the
//! `Release` of giving it back; and for the `Release` of binding a cache to a slot, and the `Acquire` of who asks for all.

use std::ptr::null_mut;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads::local::SLOTS;
use crate::threads::slots::Slots;
use crate::threads::thread_index::{release, with_free_index};

/// The blocks of one class that a thread keeps to itself.
struct Cache {
    /// Written when it is made.
    capacity: UnsafeCell<usize>,
    /// How many blocks there are: used by the thread, and read by all.
    count: AtomicUsize,
    /// Blocks put and taken, used by the thread alone.
    events: UnsafeCell<usize>,
}

struct Pool {
    slots: Slots<Cache>,
    made: AtomicUsize,
    /// What came out of the cache at once.
    collected: AtomicUsize,
}

// SAFETY: caches are used by the threads whose slots they are in, one at a time, which is what loom checks.
unsafe impl Sync for Pool {}
// SAFETY: as above.
unsafe impl Send for Pool {}

impl Pool {
    fn new() -> Arc<Self> {
        let slots = Slots { slots: [(); SLOTS + 1].map(|()| AtomicPtr::new(null_mut())) };
        Arc::new(Self { slots, made: AtomicUsize::new(0), collected: AtomicUsize::new(0) })
    }

    /// The cache of the calling thread, a new one if need be; `None` if it has no number.
    fn cache(&self) -> Option<&Cache> {
        self.slots.slot()?;
        // SAFETY: caches stay until the pool is dropped.
        if let Some(cache) = unsafe { self.slots.own().as_ref() } {
            return Some(cache);
        }
        let cache = Cache { capacity: UnsafeCell::new(0), count: AtomicUsize::new(0), events: UnsafeCell::new(0) };
        let cache = Box::leak(Box::new(cache));
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        cache.capacity.with_mut(|capacity| unsafe { *capacity = 2 });
        self.made.fetch_add(1, Ordering::Relaxed);
        self.slots.bind(cache)?;
        Some(cache)
    }

    /// Gives a block back, and says whether it went to a cache.
    fn free(&self) -> bool {
        let Some(cache) = self.cache() else { return false };
        cache.change(|count| count + 1);
        true
    }

    /// What comes out of a cache that no thread has.
    fn collect(&self) {
        for cache in self.caches() {
            // There is one number.
            with_free_index(0, || {
                cache.change(|count| {
                    self.collected.fetch_add(count, Ordering::Relaxed);
                    0
                });
            });
        }
    }

    fn caches(&self) -> impl Iterator<Item = &Cache> {
        // SAFETY: caches stay until the pool is dropped.
        self.slots.all().filter_map(|cache| unsafe { cache.as_ref() })
    }

    /// What is in caches, at a moment.
    fn count(&self) -> usize {
        self.caches()
            .map(|cache| {
                // SAFETY: of this pointer alone; that nobody writes, loom checks.
                assert_eq!(cache.capacity.with(|capacity| unsafe { *capacity }), 2, "it is made");
                cache.count.load(Ordering::Relaxed)
            })
            .sum()
    }
}

impl Cache {
    /// By who has it.
    fn change(&self, change: impl FnOnce(usize) -> usize) {
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        self.events.with_mut(|events| unsafe { *events += 1 });
        let count = self.count.load(Ordering::Relaxed);
        self.count.store(change(count), Ordering::Relaxed);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for cache in self.slots.all() {
            if !cache.is_null() {
                // SAFETY: it came from a box, is in one slot, and is not used again.
                drop(unsafe { Box::from_raw(cache) });
            }
        }
    }
}

/// The life of a thread: how many of its blocks went to a cache.
fn life(pool: &Pool) -> usize {
    let count = usize::from(pool.free()) + usize::from(pool.free());
    release();
    count
}

fn spawn<T: 'static>(pool: &Arc<Pool>, work: impl FnOnce(&Pool) -> T + 'static) -> thread::JoinHandle<T> {
    let pool = Arc::clone(pool);
    thread::spawn(move || work(&pool))
}

#[test]
fn to_the_next_thread_with_the_number() {
    check(|| {
        let pool = Pool::new();
        let threads = [spawn(&pool, life), spawn(&pool, life)];
        let put: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        // The one number has one cache, and nothing in it was lost.
        assert!(put >= 2 && pool.made.load(Ordering::Relaxed) == 1);
        assert_eq!(pool.count(), put);
    });
}

#[test]
fn to_whoever_collects_and_back() {
    check(|| {
        let pool = Pool::new();
        let threads = [spawn(&pool, life), spawn(&pool, life)];
        pool.collect();
        let put: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(pool.count() + pool.collected.load(Ordering::Relaxed), put);
        pool.collect();
        assert_eq!((pool.count(), pool.collected.load(Ordering::Relaxed)), (0, put));
    });
}

#[test]
fn two_collect_at_a_time() {
    check(|| {
        let pool = Pool::new();
        let put = spawn(&pool, life).join().unwrap();
        let thread = spawn(&pool, Pool::collect);
        pool.collect();
        thread.join().unwrap();
        assert_eq!((pool.count(), pool.collected.load(Ordering::Relaxed)), (0, put));
    });
}

#[test]
fn others_ask_meanwhile() {
    check(|| {
        let pool = Pool::new();
        let thread = spawn(&pool, life);
        assert!(pool.count() <= 2);
        pool.collect();
        assert!(pool.count() <= 2);
        thread.join().unwrap();
    });
}
