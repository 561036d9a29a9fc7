//! Apple's `os_unfair_lock`, with its holder in a second word. A thread that waits for it lends the holder its
//! priority, which a sleep on an address would not do. The interface is that of `raw_lock.rs`.
//!
//! If a signal handler forks between the two steps of an acquisition or a release, and returns in the child, the system
//! ends the child with a message of its own.
//!
//! # Invariants
//!
//! 1. The thread that holds the system's lock stores the holder just after it has acquired that, and 0 just before it
//!    releases it. No other thread stores to the holder, except in the child of a fork.
//! 2. If the holder is not 0 and the system's lock is free, the lock is [held for ever](RawLock::reset_in_child).

use super::wait_action::WaitAction;
use super::{AtomicU32, AtomicUsize, Ordering};
use crate::os::sleep;

/// All zero bytes are a free lock. The caller chooses the value that stands for a holder: an even number other than 0.
#[derive(Debug)]
pub(crate) struct RawLock {
    /// An `os_unfair_lock`.
    pub(crate) lock: AtomicU32,
    pub(crate) holder: AtomicUsize,
}

impl RawLock {
    fn system_lock(&self) -> libc::os_unfair_lock_t {
        self.lock.as_ptr().cast()
    }

    /// Acquires the lock for `holder` if it is free, and returns whether it was.
    #[inline]
    pub(crate) fn try_acquire(&self, holder: usize) -> bool {
        // SAFETY: zero bytes are such a lock, and the field is used only as one.
        let acquired = unsafe { libc::os_unfair_lock_trylock(self.system_lock()) };
        acquired && self.set_holder(holder)
    }

    /// Stores the holder, once the calling thread has the system's lock. Releases that again and returns false if the
    /// lock is held for ever.
    #[inline]
    fn set_holder(&self, holder: usize) -> bool {
        let is_free = self.holder() == 0;
        if is_free {
            self.holder.store(holder, Ordering::Relaxed);
        } else {
            // SAFETY: this thread has acquired it.
            unsafe { libc::os_unfair_lock_unlock(self.system_lock()) };
        }
        is_free
    }

    /// Returns the holder, or 0; also 0 while the holder is not stored yet. The answer is reliable only as to whether
    /// the calling thread is the holder, and not in a signal handler that has interrupted an acquisition or a release.
    pub(crate) fn holder(&self) -> usize {
        self.holder.load(Ordering::Relaxed)
    }

    /// Acquires the lock, or returns false if `next` gives up. `next` is called before each wait, with the holder.
    #[cold]
    pub(crate) fn acquire_slowly(&self, holder: usize, mut next: impl FnMut(usize) -> WaitAction) -> bool {
        while !self.try_acquire(holder) {
            match next(self.holder()) {
                WaitAction::Wait => {
                    // SAFETY: as in `try_acquire`. If this thread holds the lock already, the system ends the process
                    // with a message.
                    unsafe { libc::os_unfair_lock_lock(self.system_lock()) };
                    if self.set_holder(holder) {
                        break;
                    }
                }
                WaitAction::WaitBriefly => sleep::for_microseconds(1000),
                WaitAction::GiveUp => return false,
            }
        }
        true
    }

    /// Makes `holder` the holder of the lock, which the calling thread holds by another value.
    pub(crate) fn change_holder(&self, holder: usize) {
        self.holder.store(holder, Ordering::Relaxed);
    }

    /// # Safety
    ///
    /// The calling thread holds the lock.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        self.holder.store(0, Ordering::Relaxed);
        // SAFETY: by `# Safety` of this fn the thread has acquired it.
        unsafe { libc::os_unfair_lock_unlock(self.system_lock()) };
    }

    /// Releases the lock if its holder is `holder`.
    ///
    /// # Safety
    ///
    /// `holder` stands for the calling thread.
    pub(crate) unsafe fn release_if(&self, holder: usize) {
        if self.holder.compare_exchange(holder, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            // SAFETY: the holder was this thread, which has the system's lock then by invariant 1.
            unsafe { libc::os_unfair_lock_unlock(self.system_lock()) };
        }
    }

    /// In the child of a fork: keeps the lock held by the calling thread, which held it before the fork. To the system
    /// that was another thread, so this one could not release the lock.
    ///
    /// # Safety
    ///
    /// 1. The calling thread holds the lock.
    /// 2. The process has no other thread.
    pub(crate) unsafe fn renew_in_child(&self) {
        self.lock.store(0, Ordering::Relaxed);
        // SAFETY: it is a new lock, and no other thread exists.
        unsafe { libc::os_unfair_lock_lock(self.system_lock()) };
    }

    /// In the child of a fork: makes `holder` the holder of the lock, for ever, or frees it if that is 0.
    ///
    /// # Safety
    ///
    /// 1. The calling thread does not hold the lock.
    /// 2. The process has no other thread.
    pub(crate) unsafe fn reset_in_child(&self, holder: usize) {
        self.lock.store(0, Ordering::Relaxed);
        self.holder.store(holder, Ordering::Relaxed);
    }
}
