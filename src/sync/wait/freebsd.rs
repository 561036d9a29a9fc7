//! FreeBSD: `_umtx_op`.

use core::ffi::{c_ulong, c_void};
use core::ptr;

use super::{AtomicUsize, half};

/// Returns when woken, at once if `state` is not `while_it_is`, and now and then for no reason.
pub(in super::super) fn wait(state: &AtomicUsize, while_it_is: usize, _: u32) {
    umtx_wait(state, while_it_is, ptr::null_mut());
}

/// As [`wait`], for a millisecond at most.
pub(in super::super) fn wait_a_while(state: &AtomicUsize, while_it_is: usize) {
    umtx_wait(state, while_it_is, &mut libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 });
}

fn umtx_wait(state: &AtomicUsize, while_it_is: usize, at_most: *mut libc::timespec) {
    let value = c_ulong::from(while_it_is as u32);
    // By its size the system knows which type of time it is.
    let size: *mut c_void =
        ptr::without_provenance_mut(if at_most.is_null() { 0 } else { size_of::<libc::timespec>() });
    // SAFETY: the address is that of a live atomic; the system reads 32 bits of it as one. The time, if any, lives.
    unsafe { libc::_umtx_op(half(state).cast(), libc::UMTX_OP_WAIT_UINT_PRIVATE, value, size, at_most.cast()) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    let none = ptr::null_mut();
    // SAFETY: the address is only a name for those that wait.
    unsafe { libc::_umtx_op(half(state).cast(), libc::UMTX_OP_WAKE_PRIVATE, 1, none, none) };
}
