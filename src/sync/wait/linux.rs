//! Linux: `futex`.

use core::ptr;

use super::{AtomicUsize, half};

/// As this system call has it; `libc::timespec` may be another, where `long` is short.
#[repr(C)]
struct Time {
    seconds: Part,
    nanoseconds: Part,
}

#[cfg(not(target_abi = "x32"))]
type Part = libc::c_long;
#[cfg(target_abi = "x32")]
type Part = i64;

/// Returns when woken, at once if `state` is not `while_it_is`, and now and then for no reason.
pub(in super::super) fn wait(state: &AtomicUsize, while_it_is: usize, _: u32) {
    futex_wait(state, while_it_is, ptr::null());
}

/// As [`wait`], for a millisecond at most.
pub(in super::super) fn wait_a_while(state: &AtomicUsize, while_it_is: usize) {
    futex_wait(state, while_it_is, &Time { seconds: 0, nanoseconds: 1_000_000 });
}

fn futex_wait(state: &AtomicUsize, while_it_is: usize, at_most: *const Time) {
    let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the address is that of a live atomic; the system reads 32 bits of it as one. The time, if any, lives.
    unsafe { libc::syscall(libc::SYS_futex, half(state), operation, while_it_is as u32, at_most) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the system does not even read at the address, which is only a name for those that wait.
    unsafe { libc::syscall(libc::SYS_futex, half(state), operation, 1) };
}
