//! A fork copies locks as they are. So all locks of all pools are taken before one and given back after it, on both sides:
//! then no thread that the child has not got holds one in it.

use super::heap::Heap;
use super::list::List;
use crate::sync::lock::Lock;
#[cfg(unix)]
use crate::threads::inside::FOREIGN;
use core::ptr::NonNull;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;

struct Heaps {
    lock: Lock,
    list: List<Heap>,
}

// SAFETY: the list is used under the lock.
unsafe impl Sync for Heaps {}

static HEAPS: Heaps = Heaps { lock: Lock::new(), list: List::new() };

/// From now on the locks of `heap` are taken and given back around each fork.
///
/// # Safety
///
/// It stays where it is until it is [removed](remove).
pub(super) unsafe fn add(heap: NonNull<Heap>) {
    {
        let _held = HEAPS.lock.lock();
        // SAFETY: by `# Safety` of this fn; a new heap is in no list.
        unsafe { HEAPS.list.push_front(heap) };
    }
    register();
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
fn register() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    if !REGISTERED.swap(true, Relaxed) {
        #[cfg(unix)]
        // SAFETY: the functions may be called around a fork. If there is no memory to remember them, a fork while other threads
        // allocate may leave the child with a lock that nobody holds; there is nothing to do about it here.
        unsafe {
            libc::pthread_atfork(Some(before), Some(after), Some(after_in_child))
        };
    }
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
    HEAPS.lock.acquire();
    locks().for_each(Lock::acquire);
}

#[cfg(unix)]
extern "C" fn after() {
    // SAFETY: acquired before the fork, by this thread.
    locks().for_each(|lock| unsafe { lock.release() });
    // SAFETY: as above.
    unsafe { HEAPS.lock.release() };
}

#[cfg(unix)]
extern "C" fn after_in_child() {
    FOREIGN.forget_others();
    // SAFETY: a child has one thread.
    heaps().for_each(|heap| unsafe { heap.forget_others() });
    after();
}
