//! A lock has one holder at a time, which sees the writes of the last one, and no thread waits for a free lock.
//!
//! Each of these changes to the lock makes a test fail: `Relaxed` for the `Acquire` of any way to acquire it, or for the `Release` of any
//! way to release it; to release it without waking a thread; to wait without marking the lock as waited for; to acquire it after a wait
//! without that mark; to give up without looking once more; to release a lock that was passed on; to drop the mark when it is passed on.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::wait_action::WaitAction;
use crate::threads::lock::Lock;

struct Counter {
    lock: Lock,
    count: UnsafeCell<usize>,
}

// SAFETY: the count is used under the lock; loom checks that the lock has one holder at a time.
unsafe impl Sync for Counter {}
// SAFETY: the count is used under the lock; loom checks that the lock has one holder at a time.
unsafe impl Send for Counter {}

impl Counter {
    fn new() -> Arc<Self> {
        Arc::new(Self { lock: Lock::new(), count: UnsafeCell::new(0) })
    }

    fn count(&self) {
        let _held = self.lock.lock();
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        self.count.with_mut(|count| unsafe { *count += 1 });
    }
}

/// Runs `threads` threads that hold the lock `times` times each. Loom reports a thread that waits forever.
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
        // The lock, and not only `join`, makes the counts of the threads visible.
        let _held = counter.lock.lock();
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        assert_eq!(counter.count.with(|count| unsafe { *count }), threads * times);
    });
}

#[test]
fn two_threads_hold_the_lock_twice_each() {
    with_threads(2, 2);
}

#[test]
fn three_threads_hold_the_lock() {
    with_threads(3, 1);
}

#[test]
fn try_acquire_and_release_exclude_other_threads() {
    check(|| {
        let counter = Counter::new();
        let other = Arc::clone(&counter);
        assert!(counter.lock.try_acquire() && counter.lock.is_own() && !counter.lock.try_acquire());
        let thread = thread::spawn(move || {
            assert!(!other.lock.is_own());
            other.count();
        });
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        counter.count.with_mut(|count| unsafe { *count += 1 });
        // SAFETY: this thread acquired the lock.
        unsafe { counter.lock.release() };
        counter.count();
        thread.join().unwrap();
        assert!(!counter.lock.is_own());
    });
}

/// The thread that forks holds the lock around the fork, and may still use what it guards.
#[cfg(unix)]
#[test]
fn a_lock_held_for_a_fork_is_passed_to_its_own_thread() {
    check(|| {
        let counter = Counter::new();
        let other = Arc::clone(&counter);
        let other = thread::spawn(move || other.count());
        counter.lock.acquire_for_fork(|| WaitAction::Wait);
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        let before = counter.count.with(|count| unsafe { *count });
        assert!(counter.lock.is_own_for_fork() && counter.lock.user().is_none());
        let held = counter.lock.lock();
        assert!(held.is_borrowed() && counter.lock.is_own() && !counter.lock.is_own_for_fork());
        assert_eq!(counter.lock.user(), Some(crate::threads::id()));
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        counter.count.with_mut(|count| unsafe { *count += 1 });
        // A signal handler that forks now leaves the lock alone.
        counter.lock.acquire_for_fork(|| WaitAction::GiveUp);
        counter.lock.release_from_fork();
        assert!(counter.lock.is_own() && !counter.lock.is_own_for_fork());
        drop(held);
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        assert_eq!(counter.count.with(|count| unsafe { *count }), before + 1);
        counter.lock.release_from_fork();
        counter.lock.release_from_fork();
        other.join().unwrap();
        let held = counter.lock.lock();
        assert!(!held.is_borrowed());
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        assert_eq!(counter.count.with(|count| unsafe { *count }), 2);
    });
}

/// A thread that locks its own lock again, and not for a fork, would wait forever.
#[test]
#[should_panic(expected = "a signal handler called an allocator that it had interrupted")]
fn locking_twice_by_one_thread_is_fatal() {
    check(|| {
        let counter = Counter::new();
        let _held = counter.lock.lock();
        counter.count();
    });
}

/// In the child of a fork, to lock a lock that another thread held is fatal. Free locks, and those of the forking thread, stay usable.
#[cfg(unix)]
#[test]
#[should_panic(expected = "this process was forked while another thread used the allocator")]
fn locking_an_abandoned_lock_in_a_child_is_fatal() {
    check(|| {
        let [free, own, abandoned] = [(); 3].map(|()| Counter::new());
        let other = Arc::clone(&abandoned);
        // The thread, which the child does not have, ends without releasing the lock.
        thread::spawn(move || assert!(other.lock.try_acquire())).join().unwrap();
        let held = own.lock.lock();
        for counter in [&free, &own, &abandoned] {
            // SAFETY: the other thread has ended.
            unsafe { counter.lock.settle_in_child() };
        }
        free.count();
        assert!(own.lock.is_own());
        drop(held);
        own.count();
        assert!(!abandoned.lock.try_acquire() && abandoned.lock.user().is_none());
        // The next fork does not wait for it either.
        abandoned.lock.acquire_for_fork(|| WaitAction::Wait);
        assert!(!abandoned.lock.is_own());
        abandoned.count();
    });
}

/// A thread that waits once and then gives up passes its wake-up on to another waiting thread.
#[test]
fn a_thread_that_gives_up_loses_no_wake_up() {
    check(|| {
        let counter = Counter::new();
        let (patient, hasty) = (Arc::clone(&counter), Arc::clone(&counter));
        let patient = thread::spawn(move || patient.count());
        let hasty = thread::spawn(move || {
            let mut waits = false;
            let acquired = hasty.lock.acquire_while(|| {
                waits = !waits;
                if waits { WaitAction::Wait } else { WaitAction::GiveUp }
            });
            if acquired {
                // SAFETY: loom checks that no other thread uses the value meanwhile.
                hasty.count.with_mut(|count| unsafe { *count += 1 });
                // SAFETY: this thread acquired the lock.
                unsafe { hasty.lock.release() };
            }
            usize::from(acquired)
        });
        counter.count();
        patient.join().unwrap();
        let acquired = hasty.join().unwrap();
        let _held = counter.lock.lock();
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        assert_eq!(counter.count.with(|count| unsafe { *count }), 2 + acquired);
    });
}
