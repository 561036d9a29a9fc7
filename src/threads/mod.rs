//! What a thread knows of itself, and what an instance of an allocator keeps for each thread.
//!
//! On all systems whose memory the crate knows. Elsewhere no thread has a number, and whoever asks does without.

#[cfg(os_memory)]
pub(crate) mod entrants;
#[cfg(unix)]
pub(crate) mod fork;
#[cfg(os_memory)]
pub(crate) mod local;
#[cfg(os_memory)]
pub(crate) mod lock;
#[cfg(os_memory)]
mod number;
#[cfg(os_memory)]
mod numbers;
#[cfg(os_memory)]
mod registry;
#[cfg(os_memory)]
mod slots;
#[cfg(target_os = "linux")]
#[cfg_attr(not(static_tls), path = "no_static_tls.rs")]
pub(crate) mod static_tls;

#[cfg(not(os_memory))]
mod local {
    pub(crate) const SLOTS: usize = 0;

    #[inline(always)]
    pub(crate) fn slot() -> usize {
        0
    }
}
/// Elsewhere there are no forks.
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

    pub(crate) unsafe fn add(_: NonNull<Entry>) {}
    pub(crate) unsafe fn remove(_: NonNull<Entry>) {}
}
#[cfg(not(os_memory))]
mod number {
    pub(crate) fn number() -> Option<usize> {
        None
    }
}

#[cfg(os_memory)]
use core::ptr;

#[cfg(os_memory)]
use crate::sync::AtomicPtr;
#[cfg(target_vendor = "apple")]
use crate::sync::AtomicU32;
#[cfg(unix)]
use crate::sync::{AtomicUsize, raw_lock::RawLock};

#[cfg(os_memory)]
use fork::is_forking;
pub(crate) use local::SLOTS;
#[cfg(all(os_memory, unix))]
pub(crate) use number::Lost;
pub(crate) use number::number;
#[cfg(os_memory)]
pub(crate) use number::with_idle;
#[cfg(os_memory)]
pub(crate) use registry::MAX_THREADS;
#[cfg(os_memory)]
pub(crate) use slots::Slots;

// Here, and not beside the rest, because the atomics of a model cannot be made in a `const`.
#[cfg(os_memory)]
impl<T> Slots<T> {
    pub(crate) const fn new(vacant: *const T) -> Self {
        let vacant = vacant.cast_mut();
        let mut slots = [const { AtomicPtr::new(ptr::null_mut()) }; SLOTS + 1];
        let mut at = 0;
        while at < slots.len() {
            slots[at] = AtomicPtr::new(vacant);
            at += 1;
        }
        Self { slots }
    }
}

#[cfg(unix)]
impl lock::Lock {
    pub(crate) const fn new() -> Self {
        #[cfg(not(target_vendor = "apple"))]
        let raw = RawLock { state: AtomicUsize::new(0) };
        #[cfg(target_vendor = "apple")]
        let raw = RawLock { lock: AtomicU32::new(0), holder: AtomicUsize::new(0) };
        Self { raw }
    }
}

/// What the calling thread has for itself as long as it lives, unlike a number on every system: a multiple of 4, not 0.
#[cfg(os_memory)]
#[inline]
pub(crate) fn id() -> usize {
    // By a register: a call would touch a page of the C library in the child of each fork.
    #[cfg(static_tls)]
    let id = static_tls::thread_pointer();
    #[cfg(all(unix, not(static_tls)))]
    // SAFETY: without conditions.
    let id = unsafe { libc::pthread_self() } as usize;
    #[cfg(windows)]
    // SAFETY: as above.
    let id = unsafe { windows_sys::Win32::System::Threading::GetCurrentThreadId() } as usize;
    // Elsewhere it is where the C library keeps what it knows of the thread, which has pointers in it.
    if cfg!(any(windows, target_os = "illumos", target_os = "solaris")) { id << 2 } else { id }
}

/// The number of the calling thread if it is below `limit`, which is at most [`SLOTS`].
#[inline]
pub(crate) fn number_below(limit: usize) -> Option<usize> {
    let number = match local::slot() {
        0 => number(),
        // One compare for the common case.
        slot => Some(slot - 1),
    };
    number.filter(|&number| number < limit)
}
