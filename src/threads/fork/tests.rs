use core::ptr::NonNull;
use std::boxed::Box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use super::waiting::{Queue, Waiting};
use super::{ENTRIES, Entry, Locks, add, after, before, is_forking, locks};
use crate::threads::lock::Lock;
use crate::threads::{self, Lost};

/// Forks of other tests would come in between. There always is another thread.
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

/// As a pool's.
struct Ten([Lock; 10]);

impl Locks for Ten {
    fn lock(&self, number: usize) -> Option<&Lock> {
        self.0.get(number)
    }

    unsafe fn settle_in_child(&self, _: Option<&Lost>) {
        // SAFETY: by `# Safety` of this fn.
        self.0.iter().for_each(|lock| unsafe { lock.settle_in_child() });
    }
}

/// That stay, as those of a pool in a static.
fn ten() -> &'static [Lock; 10] {
    let ten: &'static Ten = Box::leak(Box::new(Ten([const { Lock::new() }; 10])));
    let entry = Box::leak(Box::new(Entry::new(NonNull::from(ten))));
    // SAFETY: both stay for ever, and nobody uses the locks yet.
    unsafe { add(NonNull::from(entry)) };
    &ten.0
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
        // The child goes on with its own lock, and with those of nobody.
        let goes_on = status_of(|| {
            assert!(chunks.is_own() && !shard.is_own() && shard.user().is_none());
            ten.iter().skip(1).filter(|lock| !lock.is_own()).for_each(|lock| drop(lock.lock()));
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
        assert!(chunks.is_own() && !is_forking());
        drop(own);
    });
    locks().for_each(|lock| assert!(!lock.is_own()));
}

/// A signal handler that forks comes between any two steps of a fork: it leaves everything as it found it.
#[test]
fn a_fork_within_a_fork() {
    let _alone = alone();
    let ten = ten();
    let is_in_use = |lock: &&Lock| lock.user() == Some(threads::id());
    let child = || ten.iter().filter(|lock| !is_in_use(lock)).for_each(|lock| drop(lock.lock()));
    let fork = || assert_eq!(status_of(child), 0);
    let is_held = || ten.iter().all(|lock| lock.is_own_for_fork());
    let is_free = || ten.iter().all(|lock| !lock.is_own());

    // Between the lock of the list and the first of a heap's.
    before();
    locks().for_each(|lock| lock.release_from_fork());
    fork();
    assert!(is_held(), "it took them all");
    // Before the fork, and after it.
    fork();
    assert!(is_held());
    // While what a lock guards is used.
    let used = ten[8].lock();
    assert!(used.is_passed());
    fork();
    assert!(ten[8].is_own() && !ten[8].is_own_for_fork());
    drop(used);
    assert!(is_held());
    // While the locks are being released.
    ENTRIES.is_releasing.store(true, super::SeqCst);
    ten.iter().take(5).for_each(|lock| lock.release_from_fork());
    fork();
    assert!(is_free(), "it released them all");
    assert!(ENTRIES.lock.is_own_for_fork() && is_forking());
    after();
    assert!(is_free() && !ENTRIES.lock.is_own() && !is_forking());
    // After it, as ever.
    fork();
    assert!(is_free());
}

/// Handlers that run twice for each fork, since they were registered twice.
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
    assert!(ten.iter().all(|lock| !lock.is_own()) && !ENTRIES.lock.is_own() && !is_forking());
    // Not one for which nothing was done before.
    after();
    drop(ten[8].lock());
}

/// A thread that waits to fork is known, whichever of several goes first.
#[test]
fn those_that_wait_are_known() {
    let waiting = Queue::new();
    let (first, second, own) = (&Waiting::new(), &Waiting::new(), threads::id());
    assert!(!waiting.has(own));
    waiting.begin(first);
    waiting.begin(first);
    waiting.begin(second);
    assert!(waiting.has(own) && !waiting.has(own + 4));
    waiting.end(first);
    assert!(waiting.has(own));
    waiting.begin(first);
    waiting.end(second);
    assert!(waiting.has(own));
    // In a child there are none, but one that waits on.
    waiting.settle_in_child();
    assert!(!waiting.has(own));
    waiting.end(first);
    waiting.begin(second);
    waiting.begin(second);
    assert!(waiting.has(own));
    waiting.end(second);
    assert!(!waiting.has(own));
}

/// A thread that was interrupted while it used a lock, and is to fork while another one does, is not waited for.
#[test]
fn two_forks_where_a_lock_is_held() {
    let _alone = alone();
    let ten = ten();
    let barrier = &Barrier::new(2);
    thread::scope(|threads| {
        threads.spawn(|| {
            let _held = ten[3].lock();
            barrier.wait();
            while ENTRIES.lock.try_acquire() {
                // SAFETY: acquired by this thread.
                unsafe { ENTRIES.lock.release() };
                thread::yield_now();
            }
            // It waits for the other one, which has begun to fork, and waits for the lock.
            before();
            after();
        });
        barrier.wait();
        before();
        assert!(ten.iter().enumerate().all(|(number, lock)| lock.is_own_for_fork() || number == 3));
        after();
    });
    assert!(ten.iter().all(|lock| !lock.is_own()) && !is_forking());
}
