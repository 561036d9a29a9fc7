//! OpenBSD: `futex`.

use core::ptr;

use super::{AtomicUsize, half};

/// Returns when woken, at once if `state` is not `while_it_is`, and now and then for no reason.
pub(in super::super) fn wait(state: &AtomicUsize, while_it_is: usize, _: u32) {
    futex_wait(state, while_it_is, ptr::null());
}

/// As [`wait`], for a millisecond at most.
pub(in super::super) fn wait_a_while(state: &AtomicUsize, while_it_is: usize) {
    futex_wait(state, while_it_is, &libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 });
}

fn futex_wait(state: &AtomicUsize, while_it_is: usize, at_most: *const libc::timespec) {
    let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the address is that of a live atomic; the system reads 32 bits of it as one. The time, if any, lives.
    unsafe { libc::futex(half(state), operation, while_it_is as i32, at_most, ptr::null_mut()) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the address is only a name for those that wait.
    unsafe { libc::futex(half(state), operation, 1, ptr::null(), ptr::null_mut()) };
}
