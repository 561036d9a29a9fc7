use core::ptr::{self, NonNull};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{FORKERS, HEAPS, Heap, after, before, locks};
use crate::pools::shared::heap::Home;
use crate::pools::shared::options::Options;
use crate::sync::lock::Lock;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads;

/// Forks of other tests would come in between.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A heap that stays, as that of a pool in a static.
fn heap() -> &'static Heap {
    static PLACES: [AtomicPtr<Heap>; 16] = [const { AtomicPtr::new(ptr::null_mut()) }; 16];
    static USED: AtomicUsize = AtomicUsize::new(0);
    unsafe fn keep(_: *const (), _: NonNull<Heap>) {}
    let home = || (Options::new(), Home { pool: ptr::null(), unload: keep });
    Heap::get(&PLACES[USED.fetch_add(1, Ordering::Relaxed)], home).unwrap()
}

/// How a child ended.
fn status_of(child: impl FnOnce()) -> i32 {
    // SAFETY: the child uses locks of this crate, and nothing that another thread may have locked.
    let process = unsafe { libc::fork() };
    assert!(process >= 0);
    if process == 0 {
        // SAFETY: one that waits for ever ends by this, and is seen.
        unsafe { libc::alarm(60) };
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: reads the struct.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
        // SAFETY: what it says on the way out is not for this test's output.
        unsafe { libc::close(2) };
        let is_well = catch_unwind(AssertUnwindSafe(child)).is_ok();
        // SAFETY: ends the child without running anything else.
        unsafe { libc::_exit(i32::from(!is_well)) };
    }
    let mut status = 0;
    // SAFETY: the status may be written.
    assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
    status
}

fn is_aborted(status: i32) -> bool {
    libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGABRT
}

/// As in a signal handler: the thread holds a lock for which another waits, which holds the one before it.
#[test]
fn a_fork_where_a_lock_is_held() {
    let _alone = alone();
    let heap = heap();
    let (shard, chunks) = (heap.locks().next().unwrap(), &heap.chunks.lock);
    let barrier = &Barrier::new(2);
    thread::scope(|threads| {
        let own = chunks.lock();
        threads.spawn(|| {
            let _held = shard.lock();
            barrier.wait();
            drop(chunks.lock());
        });
        barrier.wait();
        // The child goes on with its own lock, and with those of nobody.
        let goes_on = status_of(|| {
            assert!(chunks.is_own() && !shard.is_own() && shard.user().is_none());
            heap.locks().skip(1).filter(|lock| !lock.is_own()).for_each(|lock| drop(lock.lock()));
            // As a handler that returns there does.
            // SAFETY: acquired before the fork, by this thread, whose copy of the guard is not dropped.
            unsafe { chunks.release() };
            drop(chunks.lock());
        });
        // But not with the other thread's, whichever comes first.
        let asks = status_of(|| drop(shard.lock()));
        let forks_on = status_of(|| assert!(is_aborted(status_of(|| drop(shard.lock())))));
        // Nor can anybody get what is half done.
        let asks_in_handler = status_of(|| drop(chunks.lock()));
        assert_eq!(goes_on, 0);
        assert!(is_aborted(asks) && is_aborted(asks_in_handler));
        assert_eq!(forks_on, 0);
        assert!(chunks.is_own() && !FORKERS.is_inside());
        drop(own);
    });
    locks().for_each(|lock| assert!(!lock.is_own()));
}

/// A signal handler that forks comes between any two steps of a fork: it leaves everything as it found it.
#[test]
fn a_fork_within_a_fork() {
    let _alone = alone();
    let heap = heap();
    let is_in_use = |lock: &&Lock| lock.user() == Some(threads::id());
    let child = || heap.locks().filter(|lock| !is_in_use(lock)).for_each(|lock| drop(lock.lock()));
    let fork = || assert_eq!(status_of(child), 0);
    let is_held = || heap.locks().all(|lock| lock.is_own_for_fork());
    let is_free = || heap.locks().all(|lock| !lock.is_own());

    // Between the lock of the list and the first of a heap's.
    before();
    locks().for_each(|lock| lock.release_from_fork());
    fork();
    assert!(is_held(), "it took them all");
    // Before the fork, and after it.
    fork();
    assert!(is_held());
    // While what a lock guards is used.
    let used = heap.chunks.lock.lock();
    assert!(used.is_passed());
    fork();
    assert!(heap.chunks.lock.is_own() && !heap.chunks.lock.is_own_for_fork());
    drop(used);
    assert!(is_held());
    // While the locks are being released.
    HEAPS.is_releasing.store(true, super::SeqCst);
    heap.locks().take(5).for_each(|lock| lock.release_from_fork());
    fork();
    assert!(is_free(), "it released them all");
    assert!(HEAPS.lock.is_own_for_fork() && FORKERS.is_inside());
    after();
    assert!(is_free() && !HEAPS.lock.is_own() && !FORKERS.is_inside());
    // After it, as ever.
    fork();
    assert!(is_free());
}

/// Handlers that run twice for each fork, since they were registered twice.
#[test]
fn handlers_that_run_twice() {
    let _alone = alone();
    let heap = heap();
    let is_held = || heap.locks().all(|lock| lock.is_own_for_fork());
    before();
    before();
    assert!(is_held());
    after();
    assert!(is_held());
    after();
    assert!(heap.locks().all(|lock| !lock.is_own()) && !HEAPS.lock.is_own() && !FORKERS.is_inside());
    // Not one for which nothing was done before.
    after();
    drop(heap.chunks.lock.lock());
}
