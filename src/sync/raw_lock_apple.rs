//! Apple's `os_unfair_lock`, with its holder beside: one that waits lends the holder its priority, which a sleep on an address
//! does not. The interface of `raw_lock.rs`.
//!
//! The holder is noted a moment after the lock is acquired, and removed a moment before it is released. (If a signal handler forks just
//! then, and returns in the child, the system ends that with a message of its own.)

use super::patience::Next;
use super::{AtomicU32, AtomicUsize, Ordering};

/// All zero bytes are a lock that is free.
#[derive(Debug)]
pub(crate) struct RawLock {
    /// An `os_unfair_lock`.
    pub(crate) lock: AtomicU32,
    pub(crate) holder: AtomicUsize,
}

impl RawLock {
    fn system(&self) -> libc::os_unfair_lock_t {
        self.lock.as_ptr().cast()
    }

    /// Whether it was free, and is `holder`'s now.
    #[inline]
    pub(crate) fn try_acquire(&self, holder: usize) -> bool {
        // SAFETY: zero bytes are such a lock, and it is used as one from then on.
        let acquired = unsafe { libc::os_unfair_lock_trylock(self.system()) };
        acquired && self.note(holder)
    }

    /// Notes who has acquired the system's lock. Not if there is a holder [for ever](Self::reset_in_child).
    #[inline]
    fn note(&self, holder: usize) -> bool {
        let is_free = self.holder() == 0;
        if is_free {
            self.holder.store(holder, Ordering::Relaxed);
        } else {
            // SAFETY: acquired by this thread.
            unsafe { libc::os_unfair_lock_unlock(self.system()) };
        }
        is_free
    }

    /// Who holds it, or 0, also while the holder is not noted. Exact where it is the calling thread, but for a signal handler that has
    /// interrupted it.
    pub(crate) fn holder(&self) -> usize {
        self.holder.load(Ordering::Relaxed)
    }

    /// Acquires it, unless `next` gives up, which is told the holder before each wait. Whether it was acquired.
    #[cold]
    pub(crate) fn acquire_slowly(&self, holder: usize, mut next: impl FnMut(usize) -> Next) -> bool {
        while !self.try_acquire(holder) {
            match next(self.holder()) {
                Next::Wait => {
                    // SAFETY: as above. A lock of this thread's own ends the process, by the system's own message.
                    unsafe { libc::os_unfair_lock_lock(self.system()) };
                    if self.note(holder) {
                        break;
                    }
                }
                // SAFETY: does nothing else.
                Next::WaitAWhile => _ = unsafe { libc::usleep(1000) },
                Next::GiveUp => return false,
            }
        }
        true
    }

    /// From now on `holder` holds it, which is the calling thread as before, for another reason.
    pub(crate) fn change_holder(&self, holder: usize) {
        self.holder.store(holder, Ordering::Relaxed);
    }

    /// # Safety
    ///
    /// The caller acquired it.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        self.holder.store(0, Ordering::Relaxed);
        // SAFETY: by `# Safety` of this fn.
        unsafe { libc::os_unfair_lock_unlock(self.system()) };
    }

    /// Releases it, if `holder` holds it.
    ///
    /// # Safety
    ///
    /// No other thread acquires it as `holder`.
    pub(crate) unsafe fn release_if(&self, holder: usize) {
        if self.holder.compare_exchange(holder, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            // SAFETY: held by this thread, as `holder`.
            unsafe { libc::os_unfair_lock_unlock(self.system()) };
        }
    }

    /// In the child of a fork: the calling thread holds it as before. The system takes that for another thread, which may not release
    /// it.
    ///
    /// # Safety
    ///
    /// It does, and there is no other thread.
    pub(crate) unsafe fn renew_in_child(&self) {
        self.lock.store(0, Ordering::Relaxed);
        // SAFETY: a new lock, which is free.
        unsafe { libc::os_unfair_lock_lock(self.system()) };
    }

    /// In the child of a fork: from now on `holder` holds it, for ever, or nobody if that is 0.
    ///
    /// # Safety
    ///
    /// There is no other thread, and it is not this one's.
    pub(crate) unsafe fn reset_in_child(&self, holder: usize) {
        self.lock.store(0, Ordering::Relaxed);
        self.holder.store(holder, Ordering::Relaxed);
    }
}
