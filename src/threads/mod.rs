//! What a thread knows of itself, and what an instance of an allocator keeps for each thread.
//!
//! Numbers only on Linux with glibc, linked dynamically. On some targets (windows-gnu, Android, OpenHarmony, x32...) a thread-local
//! itself is allocated from the registered default, which never ends inside that; on the others nobody has tried them yet. There no
//! thread has a number, and whoever asks does without, as without std.

#[cfg(thread_numbers)]
mod number;
#[cfg(thread_numbers)]
mod numbers;

#[cfg(not(thread_numbers))]
mod number {
    pub(crate) const LIMIT: usize = 0;

    #[inline(always)]
    pub(crate) fn number_or_limit() -> usize {
        LIMIT
    }

    #[inline]
    pub(crate) fn number() -> Option<usize> {
        None
    }

    #[cfg(os_memory)]
    pub(crate) fn with_idle(_: usize, _: impl FnOnce()) {}
}
#[cfg(os_memory)]
pub(crate) mod inside;
#[cfg(os_memory)]
mod slots;

#[cfg(os_memory)]
use core::ptr;

#[cfg(os_memory)]
use crate::sync::AtomicPtr;

pub(crate) use number::LIMIT;
#[cfg(os_memory)]
pub(crate) use number::with_idle;
#[cfg(os_memory)]
pub(crate) use slots::Slots;

// Here, and not beside the rest, because the atomics of a model cannot be made in a `const`.
#[cfg(os_memory)]
impl<T> Slots<T> {
    pub(crate) const fn new(vacant: *const T) -> Self {
        let vacant = vacant.cast_mut();
        let mut slots = [const { AtomicPtr::new(ptr::null_mut()) }; LIMIT + 1];
        let mut at = 0;
        while at < slots.len() {
            slots[at] = AtomicPtr::new(vacant);
            at += 1;
        }
        Self { slots }
    }
}

/// What the calling thread has for itself as long as it lives, unlike a number on every system: a multiple of 4, not 0.
#[cfg(os_memory)]
#[inline]
pub(crate) fn id() -> usize {
    #[cfg(unix)]
    // SAFETY: without conditions.
    let id = unsafe { libc::pthread_self() } as usize;
    #[cfg(windows)]
    // SAFETY: as above.
    let id = unsafe { windows_sys::Win32::System::Threading::GetCurrentThreadId() } as usize;
    // Elsewhere it is where the C library keeps what it knows of the thread, which has pointers in it.
    if cfg!(any(windows, target_os = "illumos", target_os = "solaris")) { id << 2 } else { id }
}

/// The number of the calling thread if it is below `limit`.
#[inline]
pub(crate) fn number_below(limit: usize) -> Option<usize> {
    // One compare for the common case.
    match number::number_or_limit() {
        number if number < limit => Some(number),
        LIMIT => number::number().filter(|&number| number < limit),
        _ => None,
    }
}
