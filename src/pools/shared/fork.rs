//! A fork copies locks as they are. So all locks of all pools are taken before one and given back after it, on both sides:
//! then no thread that the child has not got holds one in it.

use super::heap::Heap;
use super::list::List;
use crate::sync::lock::Lock;
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
            libc::pthread_atfork(Some(before), Some(after), Some(after))
        };
    }
}

/// All locks of all heaps; for who holds that of the list.
#[cfg_attr(not(unix), expect(dead_code, reason = "there is no fork"))]
fn locks() -> impl Iterator<Item = &'static Lock> {
    // SAFETY: in the list, so it lives.
    HEAPS.list.iter().flat_map(|heap| unsafe { heap.as_ref() }.locks())
}

#[cfg(unix)]
extern "C" fn before() {
    while !acquire_all() {
        // SAFETY: lets other threads go on, and nothing else.
        unsafe { libc::usleep(100) };
    }
}

/// Takes all locks, unless one is not to be had for a while: then none. A pool may be another's parent, in whatever order they
/// came to be, so there is no order in which one could wait for each lock with the others held.
#[cfg(unix)]
fn acquire_all() -> bool {
    HEAPS.lock.acquire();
    let acquired = locks().take_while(|lock| lock.acquire_patiently()).count();
    if locks().nth(acquired).is_none() {
        return true;
    }
    // SAFETY: acquired above.
    locks().take(acquired).for_each(|lock| unsafe { lock.release() });
    // SAFETY: as above.
    unsafe { HEAPS.lock.release() };
    false
}

#[cfg(unix)]
extern "C" fn after() {
    // SAFETY: acquired before the fork, by this thread.
    locks().for_each(|lock| unsafe { lock.release() });
    // SAFETY: as above.
    unsafe { HEAPS.lock.release() };
}
