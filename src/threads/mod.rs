//! What a thread knows of itself.
//!
//! Only where a thread-local is part of the thread's own memory. Elsewhere (windows-gnu and Android, among others) std keeps it in
//! a box, which below Rust 1.93 is allocated from the registered default on first use: inside the default that would
//! never end. There no thread has a number, and whoever asks does without, as without std.

#[cfg(all(
    feature = "std",
    any(target_os = "linux", target_vendor = "apple", target_os = "freebsd", all(windows, target_env = "msvc"))
))]
mod number;

#[cfg(not(all(
    feature = "std",
    any(target_os = "linux", target_vendor = "apple", target_os = "freebsd", all(windows, target_env = "msvc"))
)))]
mod number {
    pub(crate) const LIMIT: usize = 0;

    #[inline]
    pub(crate) fn number_below(_: usize) -> Option<usize> {
        None
    }
}

pub(crate) use number::{LIMIT, number_below};
