//! Windows from 8 on: `WaitOnAddress`.

use core::ptr;

use windows_sys::Win32::System::Threading::{INFINITE, WaitOnAddress, WakeByAddressSingle};

use super::AtomicUsize;

/// Sleeps until it is woken. Returns at once if `state` is not `expected`, and may return for no reason.
pub(in super::super) fn wait(state: &AtomicUsize, expected: usize, _: u32) {
    wait_on_address(state, expected, INFINITE);
}

/// Sleeps like [`wait`], but for at most a millisecond.
pub(in super::super) fn wait_briefly(state: &AtomicUsize, expected: usize) {
    wait_on_address(state, expected, 1);
}

/// `timeout` is in milliseconds.
fn wait_on_address(state: &AtomicUsize, expected: usize, timeout: u32) {
    let (address, compared) = (state.as_ptr().cast_const().cast(), ptr::from_ref(&expected).cast());
    // SAFETY: the address is that of a live atomic, which the system reads atomically. The second pointer is to a live
    // value of that size.
    unsafe { WaitOnAddress(address, compared, size_of::<usize>(), timeout) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    // SAFETY: the system does not access the address, which only identifies the threads that sleep on it.
    unsafe { WakeByAddressSingle(state.as_ptr().cast_const().cast()) };
}
