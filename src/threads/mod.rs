//! What a thread knows of itself, and what an instance of an allocator keeps for each thread.
//!
//! Only on Linux with glibc. Below Rust 1.93 the destructor of a thread-local is elsewhere registered in a list that std
//! allocates from the registered default, and on some targets (windows-gnu, Android, OpenHarmony, x32...) the thread-local
//! itself is. Inside the default the former aborts the process, also where glibc is linked statically, and the latter never
//! ends. So there no thread has a number, and whoever asks does without, as without std.

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

/// What the calling thread has for itself as long as it lives, unlike a number on every system; not 0.
#[cfg(os_memory)]
pub(crate) fn id() -> usize {
    #[cfg(unix)]
    // SAFETY: without conditions.
    return unsafe { libc::pthread_self() } as usize;
    #[cfg(windows)]
    // SAFETY: as above.
    return unsafe { windows_sys::Win32::System::Threading::GetCurrentThreadId() } as usize;
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
