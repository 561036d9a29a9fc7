//! Waiting for another thread: the one thing a lock needs of the operating system. One file for each that can let a thread sleep on
//! an address, and one for the others.

use super::AtomicUsize;

#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "wait/linux.rs")]
#[cfg_attr(target_os = "freebsd", path = "wait/freebsd.rs")]
#[cfg_attr(target_os = "openbsd", path = "wait/openbsd.rs")]
#[cfg_attr(target_os = "dragonfly", path = "wait/dragonfly.rs")]
#[cfg_attr(any(target_os = "netbsd", target_os = "illumos", target_os = "solaris"), path = "wait/sleep.rs")]
#[cfg_attr(all(windows, not(target_vendor = "win7")), path = "wait/windows.rs")]
#[cfg_attr(target_vendor = "win7", path = "wait/sleep.rs")]
mod system;

pub(super) use system::{wait, wait_a_while, wake_one};

/// How often to look again before asking the system to wait. What a pool does under its locks takes less than a microsecond,
/// unless the holder is not running.
pub(super) const LOOKS: u32 = 100;

/// Tells the processor that nothing is to do but to wait.
pub(super) fn pause() {
    core::hint::spin_loop();
}

/// The lower half of a state, in which every change can be seen: most systems compare 32 bits.
#[allow(dead_code, reason = "not for all systems")]
fn half(state: &AtomicUsize) -> *mut u32 {
    let halves = state.as_ptr().cast::<u32>();
    let at = if cfg!(target_endian = "big") { size_of::<usize>() / size_of::<u32>() - 1 } else { 0 };
    // SAFETY: there are one or two.
    unsafe { halves.add(at) }
}
