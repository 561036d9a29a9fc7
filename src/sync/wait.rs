//! Waiting for another thread: the one thing a lock needs of the operating system.

use super::AtomicU32;

/// How often to look again before asking the system to wait. What a pool does under its locks takes less than a microsecond,
/// unless the holder is not running.
pub(super) const LOOKS: u32 = 100;

/// Tells the processor that nothing is to do but to wait.
pub(super) fn pause() {
    core::hint::spin_loop();
}

/// Returns when woken, at once if `state` is not `while_it_is`, and now and then for no reason.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn wait(state: &AtomicU32, while_it_is: u32) {
    futex_wait(state, while_it_is, core::ptr::null());
}

/// As [`wait`], for a millisecond at most.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn wait_a_while(state: &AtomicU32, while_it_is: u32) {
    futex_wait(state, while_it_is, &Time { seconds: 0, nanoseconds: 1_000_000 });
}

/// As this system call has it; `libc::timespec` may be another, where `long` is short.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[repr(C)]
struct Time {
    seconds: Part,
    nanoseconds: Part,
}

#[cfg(all(any(target_os = "linux", target_os = "android"), not(target_abi = "x32")))]
type Part = libc::c_long;
#[cfg(all(any(target_os = "linux", target_os = "android"), target_abi = "x32"))]
type Part = i64;

#[cfg(any(target_os = "linux", target_os = "android"))]
fn futex_wait(state: &AtomicU32, while_it_is: u32, at_most: *const Time) {
    // SAFETY: the address is that of a live atomic of 32 bits; the system reads it as one. The time, if any, lives.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            state.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            while_it_is,
            at_most,
        )
    };
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn wake_one(state: &AtomicU32) {
    // SAFETY: the system does not even read at the address, which is only a name for those that wait.
    unsafe { libc::syscall(libc::SYS_futex, state.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, 1) };
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
pub(super) fn wait(_: &AtomicU32, _: u32) {
    // SAFETY: lets other threads run, and nothing else.
    unsafe { libc::sched_yield() };
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
pub(super) fn wait_a_while(_: &AtomicU32, _: u32) {
    // SAFETY: does nothing else.
    unsafe { libc::usleep(1000) };
}

#[cfg(windows)]
pub(super) fn wait_a_while(_: &AtomicU32, _: u32) {
    // SAFETY: does nothing else.
    unsafe { windows_sys::Win32::System::Threading::Sleep(1) };
}

#[cfg(windows)]
pub(super) fn wait(_: &AtomicU32, _: u32) {
    // SAFETY: lets other threads run, and nothing else.
    unsafe { windows_sys::Win32::System::Threading::SwitchToThread() };
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn wake_one(_: &AtomicU32) {}
