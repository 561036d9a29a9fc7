//! FreeBSD: `_umtx_op`.

use core::ffi::{c_ulong, c_void};
use core::ptr;

use super::{AtomicUsize, MAX_SLEEP_MILLISECONDS, low_half};

/// Sleeps until it is woken, or for [`MAX_SLEEP_MILLISECONDS`]. Returns at once if `state` is not `expected`.
pub(in super::super) fn wait(state: &AtomicUsize, expected: usize, _: u32) {
    umtx_wait(state, expected, MAX_SLEEP_MILLISECONDS);
}

/// Sleeps like [`wait`], but for at most a millisecond.
pub(in super::super) fn wait_briefly(state: &AtomicUsize, expected: usize) {
    umtx_wait(state, expected, 1);
}

fn umtx_wait(state: &AtomicUsize, expected: usize, milliseconds: i32) {
    let mut timeout = libc::timespec { tv_sec: 0, tv_nsec: libc::c_long::from(milliseconds) * 1_000_000 };
    let value = c_ulong::from(expected as u32);
    // The system recognises the type of the timeout by this size.
    let size: *mut c_void = ptr::without_provenance_mut(size_of::<libc::timespec>());
    // SAFETY: the address is that of a live atomic, of which the system reads 32 bits atomically. The timeout is
    // live.
    unsafe {
        libc::_umtx_op(low_half(state).cast(), libc::UMTX_OP_WAIT_UINT_PRIVATE, value, size, (&raw mut timeout).cast())
    };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    let none = ptr::null_mut();
    // SAFETY: the system does not access the address, which only identifies the threads that sleep on it.
    unsafe { libc::_umtx_op(low_half(state).cast(), libc::UMTX_OP_WAKE_PRIVATE, 1, none, none) };
}
