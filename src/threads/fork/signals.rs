//! Signals that have to wait.

use core::mem::MaybeUninit;
use core::ptr;

/// The calling thread gets no signals until this goes.
pub(super) struct Blocked {
    /// The mask to go back to; none where the system refused to change it.
    before: Option<libc::sigset_t>,
}

impl Blocked {
    pub(super) fn new() -> Self {
        let mut all = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: writes the whole set.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        // SAFETY: any bytes are a set.
        let all = unsafe { all.assume_init() };
        let mut before = all;
        // SAFETY: both live.
        let error = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut before) };
        Self { before: (error == 0).then_some(before) }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // SAFETY: the set lives.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before, ptr::null_mut()) };
        }
    }
}
