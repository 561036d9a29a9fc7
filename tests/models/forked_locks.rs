//! In the child of a fork, threads settle a lock while others want it: one of them is inside at a time, none is taken for a thread that was
//! lost, and one that was lost is noticed.
//!
//! Each of these was tried in the lock, and seen to fail here: to settle without keeping others out; to settle after the lock is acquired;
//! to find it free without seeing what the thread that forked did inside.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::{AtomicUsize, raw_lock::RawLock};
use crate::threads::{SURVIVOR, fork};
use default_lock::DefaultLock;

#[path = "../../src/blocks/locked/default_lock.rs"]
#[expect(unreachable_pub, reason = "public in the crate")]
mod default_lock;
#[path = "../../src/blocks/locked/lock.rs"]
#[allow(dead_code, reason = "not all of it is modelled")]
#[expect(unreachable_pub, reason = "public in the crate")]
mod lock;

use lock::{AllocatorLock, NonAllocatingLock};

/// A lock that the parent process used, and in which `holder` was inside, or nobody if that is 0.
fn forked(holder: usize) -> DefaultLock {
    fork::COUNT.store(1, std::sync::atomic::Ordering::Relaxed);
    DefaultLock {
        raw: RawLock { state: AtomicUsize::new(holder) },
        settled: AtomicUsize::new(default_lock::settled(0)),
    }
}

struct Counter {
    lock: DefaultLock,
    count: UnsafeCell<usize>,
}

// SAFETY: the count is used under the lock, and that there is one holder at a time is what loom checks.
unsafe impl Sync for Counter {}
// SAFETY: as above.
unsafe impl Send for Counter {}

impl Counter {
    fn new(holder: usize) -> Arc<Self> {
        Arc::new(Self { lock: forked(holder), count: UnsafeCell::new(0) })
    }

    fn count(&self) {
        self.lock.lock();
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        self.count.with_mut(|count| unsafe { *count += 1 });
        // SAFETY: acquired above.
        unsafe { self.lock.unlock() };
    }
}

#[test]
fn threads_settle_a_free_lock() {
    check(|| {
        let counter = Counter::new(0);
        let other = {
            let counter = Arc::clone(&counter);
            thread::spawn(move || counter.count())
        };
        counter.count();
        other.join().unwrap();
        counter.lock.lock();
        // SAFETY: of this pointer alone.
        assert_eq!(counter.count.with(|count| unsafe { *count }), 2);
        // SAFETY: acquired above.
        unsafe { counter.lock.unlock() };
    });
}

/// The thread that forked was inside, and gives the lock back; others wait for it.
#[test]
fn threads_wait_for_the_thread_that_forked() {
    check(|| {
        let counter = Counter::new(SURVIVOR);
        let other = {
            let counter = Arc::clone(&counter);
            thread::spawn(move || counter.count())
        };
        // SAFETY: this stands for the thread that forked, which holds it.
        counter.count.with_mut(|count| unsafe { *count += 1 });
        // SAFETY: as above.
        unsafe { counter.lock.unlock() };
        other.join().unwrap();
        // SAFETY: of this pointer alone.
        assert_eq!(counter.count.with(|count| unsafe { *count }), 2);
    });
}

/// Nobody waits for a thread that was lost.
#[test]
#[should_panic = "forked while another thread was inside"]
fn a_lost_holder_is_noticed() {
    check(|| {
        let counter = Counter::new(4 << 20);
        counter.count();
    });
}
