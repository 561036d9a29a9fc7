//! DragonFly: `umtx_sleep`.

use super::{AtomicUsize, MAX_SLEEP_MILLISECONDS, low_half};

/// Sleeps until it is woken, or for [`MAX_SLEEP_MILLISECONDS`]. Returns at once if `state` is not `expected`.
pub(in super::super) fn wait(state: &AtomicUsize, expected: usize, _: u32) {
    umtx_sleep(state, expected, MAX_SLEEP_MILLISECONDS * 1000);
}

/// Sleeps like [`wait`], but for at most a millisecond.
pub(in super::super) fn wait_briefly(state: &AtomicUsize, expected: usize) {
    umtx_sleep(state, expected, 1000);
}

/// `timeout` is in microseconds.
fn umtx_sleep(state: &AtomicUsize, expected: usize, timeout: i32) {
    // SAFETY: the address is that of a live atomic, of which the system reads 32 bits atomically.
    unsafe { libc::umtx_sleep(low_half(state).cast(), expected as i32, timeout) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    // SAFETY: the system does not access the address, which only identifies the threads that sleep on it.
    unsafe { libc::umtx_wakeup(low_half(state).cast(), 1) };
}
