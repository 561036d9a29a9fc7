//! Windows from 8 on: `WaitOnAddress`.

use core::ptr;

use windows_sys::Win32::System::Threading::{INFINITE, WaitOnAddress, WakeByAddressSingle};

use super::AtomicUsize;

/// Returns when woken, at once if `state` is not `while_it_is`, and now and then for no reason.
pub(in super::super) fn wait(state: &AtomicUsize, while_it_is: usize, _: u32) {
    wait_on_address(state, while_it_is, INFINITE);
}

/// As [`wait`], for a millisecond at most.
pub(in super::super) fn wait_a_while(state: &AtomicUsize, while_it_is: usize) {
    wait_on_address(state, while_it_is, 1);
}

/// For so many milliseconds at most.
fn wait_on_address(state: &AtomicUsize, while_it_is: usize, at_most: u32) {
    let (address, compared) = (state.as_ptr().cast_const().cast(), ptr::from_ref(&while_it_is).cast());
    // SAFETY: the address is that of a live atomic, which the system reads as one; the other value lives.
    unsafe { WaitOnAddress(address, compared, size_of::<usize>(), at_most) };
}

pub(in super::super) fn wake_one(state: &AtomicUsize) {
    // SAFETY: the address is only a name for those that wait.
    unsafe { WakeByAddressSingle(state.as_ptr().cast_const().cast()) };
}
