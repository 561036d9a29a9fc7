//! A mutex that allocates nothing, may sit in memory of any kind, and can be taken before a fork and given back on both sides of
//! it. std's promises none of that.
//!
//! The three states of Ulrich Drepper's "Futexes are tricky": only who finds it waited for calls the system to wake
//! somebody. Modelled in `tests/models/locks.rs`.

use super::wait::{LOOKS, pause, wait, wake_one};
use super::{AtomicU32, Ordering};

pub(super) const FREE: u32 = 0;
const HELD: u32 = 1;
const WAITED_FOR: u32 = 2;

/// All zero bytes are a lock that is free.
#[derive(Debug)]
pub(crate) struct Lock {
    pub(crate) state: AtomicU32,
}

/// Gives the lock back when it goes.
#[derive(Debug)]
pub(crate) struct Held<'a>(&'a Lock);

impl Lock {
    /// Waits until nobody holds it. What was done under it before has happened then.
    #[inline]
    pub(crate) fn lock(&self) -> Held<'_> {
        self.acquire();
        Held(self)
    }

    /// As [`lock`](Self::lock), to be [released](Self::release) by hand.
    #[inline]
    pub(crate) fn acquire(&self) {
        if !self.try_acquire() {
            self.acquire_slowly(|state, waited_for| {
                wait(state, waited_for);
                true
            });
        }
    }

    /// Whether it was free, and is the caller's now.
    #[inline]
    pub(crate) fn try_acquire(&self) -> bool {
        self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// As [`acquire`](Self::acquire), but `wait` waits, and says whether to look again. Whether the lock was acquired.
    #[cold]
    pub(crate) fn acquire_slowly(&self, mut wait: impl FnMut(&AtomicU32, u32) -> bool) -> bool {
        for _ in 0..LOOKS {
            pause();
            if self.state.load(Ordering::Relaxed) == FREE
                && self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                return true;
            }
        }
        // From here on whoever gives it back wakes one of those that wait; that one cannot know whether it was the last.
        // And who was woken looks once more before it gives up: it may be the only one that was.
        while self.state.swap(WAITED_FOR, Ordering::Acquire) != FREE {
            if !wait(&self.state, WAITED_FOR) {
                return false;
            }
        }
        true
    }

    /// # Safety
    ///
    /// The caller [acquired](Self::acquire) it; or is the child of a fork whose parent did.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        if self.state.swap(FREE, Ordering::Release) == WAITED_FOR {
            wake_one(&self.state);
        }
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: whoever made this acquired it.
        unsafe { self.0.release() };
    }
}
