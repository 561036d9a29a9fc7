//! Blocking signals for a while.

use core::mem::MaybeUninit;
use core::ptr;

/// Blocks all signals of the calling thread until it is dropped.
pub(crate) struct BlockedSignals {
    /// The mask to restore; `None` if the system refused to change it.
    previous_mask: Option<libc::sigset_t>,
}

impl BlockedSignals {
    pub(crate) fn new() -> Self {
        let mut all = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: the function writes a whole set to a valid place.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        // SAFETY: all bytes are initialised, and any are a set.
        let all = unsafe { all.assume_init() };
        let mut previous = all;
        // SAFETY: both pointers are to live sets.
        let error = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut previous) };
        Self { previous_mask: (error == 0).then_some(previous) }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        if let Some(mask) = &self.previous_mask {
            // SAFETY: the first pointer is to a live set, and the second may be null.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, ptr::null_mut()) };
        }
    }
}
