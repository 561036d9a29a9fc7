//! What a thread knows of itself.
//!
//! Only on Linux with glibc. Below Rust 1.93 the destructor of a thread-local is elsewhere registered in a list that std
//! allocates from the registered default, and on some targets (windows-gnu, Android, OpenHarmony, x32...) the thread-local
//! itself is. Inside the default the former aborts the process and the latter never ends. So there no thread has a number,
//! and whoever asks does without, as without std.

#[cfg(all(feature = "std", target_os = "linux", target_env = "gnu", not(target_abi = "x32")))]
mod number;

#[cfg(not(all(feature = "std", target_os = "linux", target_env = "gnu", not(target_abi = "x32"))))]
mod number {
    pub(crate) const LIMIT: usize = 0;

    #[inline]
    pub(crate) fn number_below(_: usize) -> Option<usize> {
        None
    }
}

pub(crate) use number::{LIMIT, number_below};
