//! DragonFly: `umtx_sleep`.

use super::{AtomicUsize, half};

/// Returns when woken, at once if `state` is not `while_it_is`, and now and then for no reason.
pub(in super::super) fn wait(state: &AtomicUsize, while_it_is: usize, _: u32) {
    umtx_sleep(state, while_it_is, 0);
}

/// As [`wait`], for a millisecond at most.
pub(in super::super) fn wait_a_while(state: &AtomicUsize, while_it_is: usize) {
    umtx_sleep(state, while_it_is, 1000);
}

/// For so many microseconds at most; 0 is for ever.
fn umtx_sleep(state: &AtomicUsize, while_it_is: usize, at_most: i32) {
    // SAFETY: the address is that of a live atomic; the system reads 32 bits of it as one.
    unsafe { libc::umtx_sleep(half(state).cast(), while_it_is as i32, at_most) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    // SAFETY: the address is only a name for those that wait.
    unsafe { libc::umtx_wakeup(half(state).cast(), 1) };
}
