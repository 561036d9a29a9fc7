//! A fork copies locks as they are. So all locks of all pools are taken before one and given back after it, on both sides:
//! then no thread that the child has not got holds one in it.

use super::heap::Heap;
use super::list::List;
#[cfg(unix)]
use super::streams;
#[cfg(unix)]
use crate::sync::AtomicUsize;
use crate::sync::lock::Lock;
#[cfg(unix)]
use crate::sync::turn::Turn;
#[cfg(unix)]
use crate::threads::{self, inside::FOREIGN};
#[cfg(unix)]
use core::cell::Cell;
use core::ptr::NonNull;
#[cfg(unix)]
use core::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};

struct Heaps {
    lock: Lock,
    list: List<Heap>,
    /// The [id](threads::id) of the thread that forks, or 0: it has all locks.
    #[cfg(unix)]
    forks: AtomicUsize,
    /// How many more of its handlers have run before the fork than after it. Under the lock.
    #[cfg(unix)]
    handlers: Cell<usize>,
}

// SAFETY: the list is used under the lock.
unsafe impl Sync for Heaps {}

static HEAPS: Heaps = Heaps {
    lock: Lock::new(),
    list: List::new(),
    #[cfg(unix)]
    forks: AtomicUsize::new(0),
    #[cfg(unix)]
    handlers: Cell::new(0),
};

/// From now on the locks of `heap` are taken and given back around each fork.
///
/// # Safety
///
/// It stays where it is until it is [removed](remove).
pub(super) unsafe fn add(heap: NonNull<Heap>) {
    // Before anything is locked.
    register();
    let _held = HEAPS.lock.lock();
    // SAFETY: by `# Safety` of this fn; a new heap is in no list.
    unsafe { HEAPS.list.push_front(heap) };
}

/// # Safety
///
/// `heap` was added.
pub(super) unsafe fn remove(heap: NonNull<Heap>) {
    let _held = HEAPS.lock.lock();
    // SAFETY: by `# Safety` of this fn.
    unsafe { HEAPS.list.remove(heap) };
}

/// Asks the C library to call what is to happen, once. It may allocate for that, from any pool, so no lock is held here.
///
/// No thread goes on before it is done. In the child of a fork meanwhile there may be nobody to wait for: then it is done once more, and
/// the handlers bear that.
#[cfg(unix)]
fn register() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    static TURN: Turn = Turn::new();
    if REGISTERED.load(Acquire) || TURN.is_own() {
        return;
    }
    let _turn = TURN.wait();
    if REGISTERED.load(Acquire) {
        return;
    }
    // SAFETY: the functions may be called around a fork. If there is no memory to remember them, a fork while other threads allocate
    // may leave the child with a lock that nobody holds; there is nothing to do about it here.
    unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after_in_child)) };
    REGISTERED.store(true, Release);
}

#[cfg(not(unix))]
fn register() {}

/// Before `main`, where C's functions are to be a pool's: so that no handler of the program's is older.
#[cfg(target_os = "linux")]
pub(crate) fn mind_c() {
    streams::mind();
    register();
}

/// All heaps, for who holds the lock of the list.
#[cfg(unix)]
fn heaps() -> impl Iterator<Item = &'static Heap> {
    // SAFETY: in the list, so it lives.
    HEAPS.list.iter().map(|heap| unsafe { heap.as_ref() })
}

#[cfg(unix)]
fn locks() -> impl Iterator<Item = &'static Lock> {
    heaps().flat_map(Heap::locks)
}

/// No thread that holds one of these waits for one of another heap: a parent is asked without. So each can be waited for.
#[cfg(unix)]
extern "C" fn before() {
    // Relaxed: only the calling thread stores its own id.
    if HEAPS.forks.load(Relaxed) != threads::id() {
        streams::acquire();
        HEAPS.lock.acquire();
        locks().for_each(Lock::acquire);
        HEAPS.forks.store(threads::id(), Relaxed);
    }
    HEAPS.handlers.set(HEAPS.handlers.get() + 1);
}

#[cfg(unix)]
extern "C" fn after() {
    release(streams::release);
}

#[cfg(unix)]
extern "C" fn after_in_child() {
    FOREIGN.forget_others();
    // SAFETY: a child has one thread.
    heaps().for_each(|heap| unsafe { heap.forget_others() });
    release(streams::release_in_child);
}

/// At the last of a fork's handlers.
#[cfg(unix)]
fn release(streams: impl FnOnce()) {
    if HEAPS.forks.load(Relaxed) != threads::id() {
        return;
    }
    HEAPS.handlers.set(HEAPS.handlers.get() - 1);
    if HEAPS.handlers.get() > 0 {
        return;
    }
    HEAPS.forks.store(0, Relaxed);
    // SAFETY: acquired before the fork, by this thread.
    locks().for_each(|lock| unsafe { lock.release() });
    // SAFETY: as above.
    unsafe { HEAPS.lock.release() };
    streams();
}
