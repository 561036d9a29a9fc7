//! Sleeping until another thread changes a word, which is all that a lock needs of the operating system. Each system
//! where a thread can sleep on an address has a file of its own. The others share `sleep.rs`.

use super::AtomicUsize;

#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "wait/linux.rs")]
#[cfg_attr(target_os = "freebsd", path = "wait/freebsd.rs")]
#[cfg_attr(target_os = "openbsd", path = "wait/openbsd.rs")]
#[cfg_attr(target_os = "dragonfly", path = "wait/dragonfly.rs")]
#[cfg_attr(any(target_os = "netbsd", target_os = "illumos", target_os = "solaris"), path = "wait/sleep.rs")]
#[cfg_attr(all(windows, not(target_vendor = "win7")), path = "wait/windows.rs")]
#[cfg_attr(target_vendor = "win7", path = "wait/sleep.rs")]
mod system;

pub(super) use system::{wait, wait_briefly, wake_one};

/// The number of times that a thread looks at a lock before it asks the system to wait. A pool holds its locks for less
/// than a microsecond, unless the holder does not run.
pub(super) const SPINS: u32 = 100;

/// The milliseconds after which a thread that sleeps looks at the lock again, where signals may interrupt it.
///
/// A release wakes one thread. If a signal handler interrupts that thread before it has acquired the lock, and waits for a
/// second thread that sleeps on the same lock, as a fork in the handler may, no thread would wake the second one.
#[allow(dead_code, reason = "some systems have no signals, or sleep for a short time anyway")]
const MAX_SLEEP_MILLISECONDS: i32 = 50;

/// Tells the processor that the thread is in a loop that waits.
pub(super) fn pause() {
    core::hint::spin_loop();
}

/// Returns the lower 32 bits of a state, which each change of it affects. Most systems compare 32 bits.
#[allow(dead_code, reason = "some systems compare a whole word, or nothing")]
fn low_half(state: &AtomicUsize) -> *mut u32 {
    let halves = state.as_ptr().cast::<u32>();
    let index = if cfg!(target_endian = "big") { size_of::<usize>() / size_of::<u32>() - 1 } else { 0 };
    // SAFETY: a word consists of `size_of::<usize>() / size_of::<u32>()` halves, and the index is less.
    unsafe { halves.add(index) }
}
