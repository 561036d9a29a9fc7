//! A lock has one holder at a time, who sees what the last one did, and nobody waits for a lock that is free.
//!
//! Each of these was tried in the lock, and seen to fail here: `Relaxed` for the `Acquire` of each way to take it, or for the
//! `Release` of each way to release it; to release it without waking anybody; to wait without having stored that it is waited for, or
//! having acquired it after a wait as if nobody else waited; to give up without having looked once more; to release a lock that was
//! passed, or to forget that it is waited for when it is passed.

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

// SAFETY: the count is used under the lock, and that there is one holder at a time is what loom checks.
unsafe impl Sync for Counter {}
// SAFETY: as above.
unsafe impl Send for Counter {}

impl Counter {
    fn new() -> Arc<Self> {
        Arc::new(Self { lock: Lock::new(), count: UnsafeCell::new(0) })
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

/// Taken by hand, and given back by hand.
#[test]
fn taken_and_given_back_by_hand() {
    check(|| {
        let counter = Counter::new();
        let other = Arc::clone(&counter);
        assert!(counter.lock.try_acquire() && counter.lock.is_own() && !counter.lock.try_acquire());
        let thread = thread::spawn(move || {
            assert!(!other.lock.is_own());
            other.count();
        });
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        counter.count.with_mut(|count| unsafe { *count += 1 });
        // SAFETY: acquired by this thread.
        unsafe { counter.lock.release() };
        counter.count();
        thread.join().unwrap();
        assert!(!counter.lock.is_own());
    });
}

/// Around a fork the thread that forks holds the lock, and uses what it guards meanwhile.
#[cfg(unix)]
#[test]
fn held_for_a_fork_and_passed() {
    check(|| {
        let counter = Counter::new();
        let other = Arc::clone(&counter);
        let other = thread::spawn(move || other.count());
        counter.lock.acquire_for_fork(|| WaitAction::Wait);
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        let before = counter.count.with(|count| unsafe { *count });
        assert!(counter.lock.is_own_for_fork() && counter.lock.user().is_none());
        let held = counter.lock.lock();
        assert!(held.is_borrowed() && counter.lock.is_own() && !counter.lock.is_own_for_fork());
        assert_eq!(counter.lock.user(), Some(crate::threads::id()));
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        counter.count.with_mut(|count| unsafe { *count += 1 });
        // The handler of a signal that comes now, and forks, leaves it alone.
        counter.lock.acquire_for_fork(|| WaitAction::GiveUp);
        counter.lock.release_from_fork();
        assert!(counter.lock.is_own() && !counter.lock.is_own_for_fork());
        drop(held);
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        assert_eq!(counter.count.with(|count| unsafe { *count }), before + 1);
        counter.lock.release_from_fork();
        counter.lock.release_from_fork();
        other.join().unwrap();
        let held = counter.lock.lock();
        assert!(!held.is_borrowed());
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        assert_eq!(counter.count.with(|count| unsafe { *count }), 2);
    });
}

/// Its own lock, which it does not hold for a fork, would be waited for for ever.
#[test]
#[should_panic(expected = "a signal handler allocates or frees")]
fn twice_by_one_thread() {
    check(|| {
        let counter = Counter::new();
        let _held = counter.lock.lock();
        counter.count();
    });
}

/// In the child of a fork what another thread held is not waited for, but what nobody or this thread held is as it was.
#[cfg(unix)]
#[test]
#[should_panic(expected = "this process was forked while another thread used the allocator")]
fn abandoned_in_a_child() {
    check(|| {
        let [free, own, abandoned] = [(); 3].map(|()| Counter::new());
        let other = Arc::clone(&abandoned);
        // A thread that the child has not got ends without giving it back.
        thread::spawn(move || assert!(other.lock.try_acquire())).join().unwrap();
        let held = own.lock.lock();
        for counter in [&free, &own, &abandoned] {
            // SAFETY: there is no other thread any more.
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

/// Where a lock is waited for, for a while only: by a thread that waits once. Others are woken though it alone was.
#[test]
fn who_gives_up_is_replaced() {
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
