use core::ptr::NonNull;
use std::boxed::Box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use super::waiter_list::{Waiter, WaiterList};
use super::{Entry, LockOwner, STATE, add, after, before, is_forking, locks};
use crate::threads::lock::Lock;
use crate::threads::{self, LostThreads};

/// Lets one test at a time fork, beside at least one other thread.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    static ANOTHER: OnceLock<JoinHandle<()>> = OnceLock::new();
    ANOTHER.get_or_init(|| {
        thread::spawn(|| {
            loop {
                thread::park();
            }
        })
    });
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An owner of ten locks, as a pool is of some.
struct Ten([Lock; 10]);

impl LockOwner for Ten {
    fn nth_lock(&self, n: usize) -> Option<&Lock> {
        self.0.get(n)
    }

    unsafe fn settle_in_child(&self, _: Option<&LostThreads>) {
        // SAFETY: by `# Safety` of this fn.
        self.0.iter().for_each(|lock| unsafe { lock.settle_in_child() });
    }
}

/// Returns ten locks that stay for ever, as those of a pool in a static.
fn ten() -> &'static [Lock; 10] {
    let ten: &'static Ten = Box::leak(Box::new(Ten([const { Lock::new() }; 10])));
    let entry = Box::leak(Box::new(Entry::new(NonNull::from(ten))));
    // SAFETY: (1) both are leaked; (2) the entry is new; (3) so are the locks.
    unsafe { add(NonNull::from(entry)) };
    &ten.0
}

/// Runs `child` in a child of a fork, and returns its wait status.
fn status_of(child: impl FnOnce()) -> i32 {
    // SAFETY: the child uses locks of this crate, and nothing else that another thread may have locked.
    let process = unsafe { libc::fork() };
    assert!(process >= 0);
    if process == 0 {
        // SAFETY: the function has no preconditions. The signal ends a child that waits for ever, and the test fails.
        unsafe { libc::alarm(60) };
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the function reads a live struct.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
        // SAFETY: the function has no preconditions. The child's messages are kept out of the output of the test.
        unsafe { libc::close(2) };
        let is_ok = catch_unwind(AssertUnwindSafe(child)).is_ok();
        // SAFETY: the function has no preconditions. It ends the child without running anything else.
        unsafe { libc::_exit(i32::from(!is_ok)) };
    }
    let mut status = 0;
    // SAFETY: the function writes the status to a valid place.
    assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
    status
}

fn is_aborted(status: i32) -> bool {
    libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGABRT
}

/// The thread forks as in a signal handler: it has a lock in use for which another thread waits, which has an earlier
/// one in use.
#[test]
fn a_fork_while_a_lock_is_in_use() {
    let _alone = alone();
    let ten = ten();
    let (shard, chunks) = (&ten[0], &ten[8]);
    let barrier = &Barrier::new(2);
    thread::scope(|threads| {
        let own = chunks.lock();
        threads.spawn(|| {
            let _held = shard.lock();
            barrier.wait();
            drop(chunks.lock());
        });
        barrier.wait();
        // The child can use its own lock, and those that were free.
        let uses_its_own = status_of(|| {
            assert!(chunks.is_own() && !shard.is_own() && shard.user().is_none());
            ten.iter().skip(1).filter(|lock| !lock.is_own()).for_each(|lock| drop(lock.lock()));
            // As after a handler that returns in the child.
            // SAFETY: this thread acquired it before the fork, and the guard is not dropped in the child.
            unsafe { chunks.release() };
            drop(chunks.lock());
        });
        // It cannot use that of the other thread, and neither can its own child.
        let uses_the_others = status_of(|| drop(shard.lock()));
        let forks_again = status_of(|| assert!(is_aborted(status_of(|| drop(shard.lock())))));
        // A signal handler cannot use the lock that its thread has in use.
        let uses_it_in_handler = status_of(|| drop(chunks.lock()));
        assert_eq!(uses_its_own, 0);
        assert!(is_aborted(uses_the_others) && is_aborted(uses_it_in_handler));
        assert_eq!(forks_again, 0);
        assert!(chunks.is_own() && !is_forking());
        drop(own);
    });
    locks().for_each(|lock| assert!(!lock.is_own()));
}

/// A signal handler may fork between any two steps of a fork. It leaves the locks as it found them.
#[test]
fn a_fork_within_a_fork() {
    let _alone = alone();
    let ten = ten();
    let is_in_use = |lock: &&Lock| lock.user() == Some(threads::id());
    let child = || ten.iter().filter(|lock| !is_in_use(lock)).for_each(|lock| drop(lock.lock()));
    let fork = || assert_eq!(status_of(child), 0);
    let is_held = || ten.iter().all(|lock| lock.is_own_for_fork());
    let is_free = || ten.iter().all(|lock| !lock.is_own());

    // After the lock of the list was acquired, and before the others.
    before();
    locks().for_each(|lock| lock.release_from_fork());
    fork();
    assert!(is_held(), "a lock was not acquired");
    // While all locks are held.
    fork();
    assert!(is_held());
    // While a lock is borrowed.
    let borrowed = ten[8].lock();
    assert!(borrowed.is_borrowed());
    fork();
    assert!(ten[8].is_own() && !ten[8].is_own_for_fork());
    drop(borrowed);
    assert!(is_held());
    // While the locks are being released.
    STATE.is_releasing.store(true, super::SeqCst);
    ten.iter().take(5).for_each(|lock| lock.release_from_fork());
    fork();
    assert!(is_free(), "a lock was not released");
    assert!(STATE.lock.is_own_for_fork() && is_forking());
    after();
    assert!(is_free() && !STATE.lock.is_own() && !is_forking());
    // After the fork.
    fork();
    assert!(is_free());
}

/// Handlers that are registered twice run twice for each fork.
#[test]
fn handlers_that_run_twice() {
    let _alone = alone();
    let ten = ten();
    let is_held = || ten.iter().all(|lock| lock.is_own_for_fork());
    before();
    before();
    assert!(is_held());
    after();
    assert!(is_held());
    after();
    assert!(ten.iter().all(|lock| !lock.is_own()) && !STATE.lock.is_own() && !is_forking());
    // Without a `before` it does nothing.
    after();
    drop(ten[8].lock());
}

/// A waiter is in the list until it is removed, in whichever order waiters come and go.
#[test]
fn waiters_are_in_the_list() {
    let list = WaiterList::new();
    let (first, second, own) = (&Waiter::new(), &Waiter::new(), threads::id());
    assert!(!list.contains(own));
    list.add(first);
    list.add(first);
    list.add(second);
    assert!(list.contains(own) && !list.contains(own + 4));
    list.remove(first);
    assert!(list.contains(own));
    list.add(first);
    list.remove(second);
    assert!(list.contains(own));
    // The list of a child is empty until a waiter adds itself again.
    list.settle_in_child();
    assert!(!list.contains(own));
    list.remove(first);
    list.add(second);
    list.add(second);
    assert!(list.contains(own));
    list.remove(second);
    assert!(!list.contains(own));
}

/// A thread that forks does not wait for another one that has a lock in use and waits to fork.
#[test]
fn two_forks_while_a_lock_is_in_use() {
    let _alone = alone();
    let ten = ten();
    let barrier = &Barrier::new(2);
    thread::scope(|threads| {
        threads.spawn(|| {
            let _held = ten[3].lock();
            barrier.wait();
            while STATE.lock.try_acquire() {
                // SAFETY: acquired by this thread.
                unsafe { STATE.lock.release() };
                thread::yield_now();
            }
            // This thread waits for the other one, which has begun to fork and finds the lock in use.
            before();
            after();
        });
        barrier.wait();
        before();
        assert!(ten.iter().enumerate().all(|(n, lock)| lock.is_own_for_fork() || n == 3));
        after();
    });
    assert!(ten.iter().all(|lock| !lock.is_own()) && !is_forking());
}
