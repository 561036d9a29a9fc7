//! Linux: `futex`.

use super::{AtomicUsize, MAX_SLEEP_MILLISECONDS, low_half};

/// The `timespec` of this system call. That of `libc` may be longer where `long` has 32 bits.
#[repr(C)]
struct Timespec {
    seconds: KernelLong,
    nanoseconds: KernelLong,
}

#[cfg(not(target_abi = "x32"))]
type KernelLong = libc::c_long;
#[cfg(target_abi = "x32")]
type KernelLong = i64;

/// Sleeps until it is woken, or for [`MAX_SLEEP_MILLISECONDS`]. Returns at once if `state` is not `expected`.
pub(in super::super) fn wait(state: &AtomicUsize, expected: usize, _: u32) {
    futex_wait(state, expected, MAX_SLEEP_MILLISECONDS);
}

/// Sleeps like [`wait`], but for at most a millisecond.
pub(in super::super) fn wait_briefly(state: &AtomicUsize, expected: usize) {
    futex_wait(state, expected, 1);
}

fn futex_wait(state: &AtomicUsize, expected: usize, milliseconds: i32) {
    let timeout = Timespec { seconds: 0, nanoseconds: KernelLong::from(milliseconds) * 1_000_000 };
    let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the address is that of a live atomic, of which the system reads 32 bits atomically. The timeout is
    // live.
    unsafe { libc::syscall(libc::SYS_futex, low_half(state), operation, expected as u32, &raw const timeout) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the system does not access the address, which only identifies the threads that sleep on it.
    unsafe { libc::syscall(libc::SYS_futex, low_half(state), operation, 1) };
}
