//! Per-thread state of allocators: an index for each living thread, slots by that index, locks that know their holder,
//! and the handlers of forks.
//!
//! They exist on the systems with pages (`os_memory`). On others no thread has an index, and the allocators do without.

#[cfg(unix)]
pub(crate) mod fork;
#[cfg(any(os_memory, feature = "alloc"))]
#[cfg_attr(not(os_memory), expect(dead_code, reason = "without threads, arena pools alone use it"))]
pub(crate) mod index_set;
#[cfg(os_memory)]
pub(crate) mod local;
#[cfg(os_memory)]
pub(crate) mod lock;
#[cfg(os_memory)]
pub(crate) mod reentry_gate;
#[cfg(os_memory)]
mod registry;
#[cfg(os_memory)]
mod slots;
#[cfg(target_os = "linux")]
#[cfg_attr(not(static_tls), path = "no_static_tls.rs")]
pub(crate) mod static_tls;
#[cfg(os_memory)]
pub(crate) mod tag_stack;
#[cfg(os_memory)]
mod thread_index;

#[cfg(not(os_memory))]
mod local {
    pub(crate) const SLOTS: usize = 0;

    #[inline(always)]
    pub(crate) fn slot() -> usize {
        0
    }
}
/// Other systems have no forks.
#[cfg(all(os_memory, not(unix)))]
pub(crate) mod fork {
    use core::ptr::NonNull;

    #[derive(Debug)]
    pub(crate) struct Entry;

    impl Entry {
        pub(crate) fn new<T>(_: NonNull<T>) -> Self {
            Self
        }
    }

    pub(super) fn is_forking() -> bool {
        false
    }

    #[inline(always)]
    pub(crate) fn count() -> usize {
        0
    }

    pub(crate) unsafe fn add(_: NonNull<Entry>) {}
    pub(crate) unsafe fn remove(_: NonNull<Entry>) {}
}
#[cfg(not(os_memory))]
mod thread_index {
    pub(crate) fn thread_index() -> Option<usize> {
        None
    }
}

#[cfg(os_memory)]
use core::ptr;

#[cfg(os_memory)]
use crate::sync::AtomicPtr;
#[cfg(unix)]
use crate::sync::raw_lock::RawLock;

#[cfg(os_memory)]
use fork::is_forking;
pub(crate) use local::SLOTS;
#[cfg(os_memory)]
pub(crate) use registry::MAX_THREADS;
#[cfg(os_memory)]
pub(crate) use slots::Slots;
#[cfg(all(os_memory, unix))]
pub(crate) use thread_index::LostThreads;
pub(crate) use thread_index::thread_index;
#[cfg(os_memory)]
pub(crate) use thread_index::with_free_index;

// The constructors are here and not with their types, since the models compile those files and loom's atomics have no
// `const` constructor.
#[cfg(os_memory)]
impl<T> Slots<T> {
    pub(crate) const fn new(vacant: *const T) -> Self {
        let vacant = vacant.cast_mut();
        let mut slots = [const { AtomicPtr::new(ptr::null_mut()) }; SLOTS + 1];
        let mut slot = 0;
        while slot < slots.len() {
            slots[slot] = AtomicPtr::new(vacant);
            slot += 1;
        }
        Self { slots }
    }
}

#[cfg(unix)]
impl lock::Lock {
    pub(crate) const fn new() -> Self {
        Self { raw: RawLock::new() }
    }
}

/// Returns the id of the calling thread, which no other living thread has: a multiple of 4 other than 0. Unlike an
/// index, each thread has one.
#[cfg(os_memory)]
#[inline]
pub(crate) fn id() -> usize {
    // Read from a register. A call would touch a page of the C library in each child of a fork.
    #[cfg(static_tls)]
    let id = static_tls::thread_pointer();
    #[cfg(all(unix, not(static_tls)))]
    // SAFETY: the function has no preconditions.
    let id = unsafe { libc::pthread_self() } as usize;
    #[cfg(windows)]
    // SAFETY: the function has no preconditions.
    let id = unsafe { windows_sys::Win32::System::Threading::GetCurrentThreadId() } as usize;
    // On these systems the id is a small number. On others it is the address of the C library's record of the thread,
    // which is aligned for pointers.
    if cfg!(any(windows, target_os = "illumos", target_os = "solaris")) { id << 2 } else { id }
}

/// Returns the index of the calling thread if that has a [slot](local::slot) and is below `limit`. This is one comparison,
/// for a fast path in front of [`thread_index_below`].
#[inline(always)]
pub(crate) fn slotted_index_below(limit: usize) -> Option<usize> {
    // Slot 0 wraps.
    Some(local::slot().wrapping_sub(1)).filter(|&index| index < limit)
}

/// Returns the index of the calling thread if it is below `limit`.
#[inline]
pub(crate) fn thread_index_below(limit: usize) -> Option<usize> {
    let index = match local::slot() {
        0 => thread_index(),
        // In the common case this needs one comparison.
        slot => Some(slot - 1),
    };
    index.filter(|&index| index < limit)
}
