//! Systems that cannot let a thread sleep on an address, or not in every version: NetBSD, illumos, Solaris, Windows 7.
//!
//! A waiting thread yields its processor several times, and then sleeps, longer each time, up to a millisecond. So the
//! holder of the lock gets to run whatever the priorities of the threads are.

use super::AtomicUsize;
use crate::os::sleep;

/// The number of times that a waiting thread yields before it sleeps.
const YIELDS: u32 = 8;

/// Waits, the longer the more `rounds` of waiting came before.
pub(in super::super) fn wait(_: &AtomicUsize, _: usize, rounds: u32) {
    match rounds.checked_sub(YIELDS) {
        None => yield_now(),
        Some(sleeps) => sleep::for_microseconds(1 << sleeps.min(10)),
    }
}

/// Sleeps for a millisecond.
pub(in super::super) fn wait_briefly(_: &AtomicUsize, _: usize) {
    sleep::for_microseconds(1000);
}

/// Does nothing: no thread sleeps on an address.
pub(in super::super) fn wake_one(_: &AtomicUsize) {}

#[cfg(unix)]
fn yield_now() {
    // SAFETY: the function has no preconditions.
    unsafe { libc::sched_yield() };
}

#[cfg(windows)]
fn yield_now() {
    // SAFETY: the function has no preconditions.
    unsafe { windows_sys::Win32::System::Threading::SwitchToThread() };
}
