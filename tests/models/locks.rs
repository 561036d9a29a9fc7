//! A lock has one holder at a time, who sees what the last one did, and nobody waits for a lock that is free.
//!
//! Each of these was tried in the lock, and seen to fail here: `Relaxed` for the `Acquire` of each way to take it, or for the
//! `Release`; to give it back without waking anybody; to wait having stored that it is held, but not that it is waited for; to give up
//! without having looked once more.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::AtomicU32;
use crate::sync::lock::Lock;
use crate::sync::wait::wait;

struct Counter {
    lock: Lock,
    count: UnsafeCell<usize>,
}

// SAFETY: the count is used under the lock, and that there is one holder at a time is what loom checks.
unsafe impl Sync for Counter {}
// SAFETY: as above.
unsafe impl Send for Counter {}

impl Counter {
    fn new() -> Arc<Self> {
        // Zero is free.
        Arc::new(Self { lock: Lock { state: AtomicU32::new(0) }, count: UnsafeCell::new(0) })
    }

    fn count(&self) {
        let _held = self.lock.lock();
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        self.count.with_mut(|count| unsafe { *count += 1 });
    }
}

/// That all came and went: loom says if one waits for ever.
fn with_threads(threads: usize, times: usize) {
    check(move || {
        let counter = Counter::new();
        let others: Vec<_> = (1..threads)
            .map(|_| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || (0..times).for_each(|_| counter.count()))
            })
            .collect();
        (0..times).for_each(|_| counter.count());
        others.into_iter().for_each(|thread| thread.join().unwrap());
        // By the lock, not by `join`: what was done under it is there.
        let _held = counter.lock.lock();
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        assert_eq!(counter.count.with(|count| unsafe { *count }), threads * times);
    });
}

#[test]
fn two_threads_hold_it_twice() {
    with_threads(2, 2);
}

#[test]
fn three_threads_hold_it() {
    with_threads(3, 1);
}

/// As around a fork: taken by hand, and given back by hand.
#[test]
fn taken_and_given_back_by_hand() {
    check(|| {
        let counter = Counter::new();
        let other = Arc::clone(&counter);
        counter.lock.acquire();
        let thread = thread::spawn(move || other.count());
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        counter.count.with_mut(|count| unsafe { *count += 1 });
        // SAFETY: acquired by this thread.
        unsafe { counter.lock.release() };
        counter.count();
        thread.join().unwrap();
    });
}

/// As turns are waited for, for a while only: by a thread that waits once. Others are woken though it alone was.
#[test]
fn who_gives_up_is_replaced() {
    check(|| {
        let counter = Counter::new();
        let (patient, hasty) = (Arc::clone(&counter), Arc::clone(&counter));
        let patient = thread::spawn(move || patient.count());
        let hasty = thread::spawn(move || {
            let mut waits = false;
            let once = |state: &AtomicU32, waited_for| {
                waits = !waits;
                if waits {
                    wait(state, waited_for);
                }
                waits
            };
            let acquired = hasty.lock.try_acquire() || hasty.lock.acquire_slowly(once);
            if acquired {
                // SAFETY: of this pointer alone; that nobody else has one, loom checks.
                hasty.count.with_mut(|count| unsafe { *count += 1 });
                // SAFETY: acquired by this thread.
                unsafe { hasty.lock.release() };
            }
            usize::from(acquired)
        });
        counter.count();
        patient.join().unwrap();
        let acquired = hasty.join().unwrap();
        let _held = counter.lock.lock();
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        assert_eq!(counter.count.with(|count| unsafe { *count }), 2 + acquired);
    });
}
