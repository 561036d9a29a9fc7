//! Systems where no thread can sleep on an address, or none is known to in every version (NetBSD, illumos, Solaris, Windows 7):
//! a thread that waits lets others run, and then sleeps, longer each time, up to a millisecond. So the holder of a lock
//! gets to run whatever its priority is.

use super::AtomicUsize;

/// How often others are let run before a sleep.
const YIELDS: u32 = 8;

/// Returns after a while, the longer the more `rounds` there were.
pub(in super::super) fn wait(_: &AtomicUsize, _: usize, rounds: u32) {
    match rounds.checked_sub(YIELDS) {
        None => let_others_run(),
        Some(sleeps) => sleep(1 << sleeps.min(10)),
    }
}

/// Returns after a millisecond.
pub(in super::super) fn wait_a_while(_: &AtomicUsize, _: usize) {
    sleep(1000);
}

/// There is nobody to wake.
pub(in super::super) fn wake_one(_: &AtomicUsize) {}

#[cfg(unix)]
fn let_others_run() {
    // SAFETY: lets other threads run, and nothing else.
    unsafe { libc::sched_yield() };
}

#[cfg(unix)]
fn sleep(microseconds: u32) {
    // SAFETY: does nothing else.
    unsafe { libc::usleep(microseconds) };
}

#[cfg(windows)]
fn let_others_run() {
    // SAFETY: lets other threads run, and nothing else.
    unsafe { windows_sys::Win32::System::Threading::SwitchToThread() };
}

#[cfg(windows)]
fn sleep(microseconds: u32) {
    // SAFETY: does nothing else.
    unsafe { windows_sys::Win32::System::Threading::Sleep(microseconds.div_ceil(1000)) };
}
