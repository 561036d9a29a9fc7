//! The lock of systems that the crate does not know, with the interface of `default_lock.rs`.

use super::{AllocatorLock, NonAllocatingLock};
use crate::sync::{AtomicUsize, Ordering, spin_loop};

/// The lock that a [`Locked`](super::Locked) has by default: here, without an operating system that the crate knows, a spin lock.
///
/// A thread that waits runs until it has the lock. An interrupt handler that allocates while the code that it interrupted is inside the
/// `Locked` waits for ever: take a lock that disables interrupts instead, by [`AllocatorLock`].
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::locked::DefaultLock;
/// use janus_alloc::{FixedArena, Locked};
///
/// let _: Locked<FixedArena> = Locked::with_lock(FixedArena::new(&mut []), DefaultLock::new());
/// ```
#[derive(Debug)]
pub struct DefaultLock {
    /// 1 while it is held.
    pub(super) held: AtomicUsize,
}

// SAFETY: one thread at a time changes `held` from 0 to 1, with acquire after the release of the last holder. Its address does
// not matter.
unsafe impl AllocatorLock for DefaultLock {
    #[inline]
    fn lock(&self) {
        while self.held.compare_exchange_weak(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            while self.held.load(Ordering::Relaxed) != 0 {
                spin_loop();
            }
        }
    }

    #[inline]
    unsafe fn unlock(&self) {
        self.held.store(0, Ordering::Release);
    }
}

// SAFETY: one atomic.
unsafe impl NonAllocatingLock for DefaultLock {}
