//! A lock in one word, for systems that let a thread sleep on an address, or not at all. A sibling file for Apple's has the same
//! interface.
//!
//! The three states of Ulrich Drepper's "Futexes are tricky", with the holder in the word: only who finds it waited for calls the
//! system to wake somebody.

use super::patience::Next;
use super::wait::{LOOKS, pause, wait, wait_a_while, wake_one};
use super::{AtomicUsize, Ordering};

const FREE: usize = 0;
/// Beside the holder.
const WAITED_FOR: usize = 1 << 0;

/// All zero bytes are a lock that is free. What stands for a holder is the caller's choice: not 0, and even.
#[derive(Debug)]
pub(crate) struct RawLock {
    pub(crate) state: AtomicUsize,
}

impl RawLock {
    /// Whether it was free, and is `holder`'s now.
    #[inline]
    pub(crate) fn try_acquire(&self, holder: usize) -> bool {
        self.state.compare_exchange(FREE, holder, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Who holds it, or 0. Exact where it is the calling thread.
    pub(crate) fn holder(&self) -> usize {
        self.state.load(Ordering::Relaxed) & !WAITED_FOR
    }

    /// Acquires it, unless `next` gives up, which is told the holder before each wait. Whether it was acquired.
    #[cold]
    pub(crate) fn acquire_slowly(&self, holder: usize, mut next: impl FnMut(usize) -> Next) -> bool {
        for _ in 0..LOOKS {
            pause();
            if self.state.load(Ordering::Relaxed) == FREE && self.try_acquire(holder) {
                return true;
            }
        }
        let mut rounds = 0;
        loop {
            // From here on whoever gives it back wakes one of those that wait; that one cannot know whether it was the last.
            // And who was woken looks once more before it gives up: it may be the only one that was.
            let Some(state) = self.acquire_or_mark(holder) else { return true };
            match next(state & !WAITED_FOR) {
                Next::Wait => wait(&self.state, state, rounds),
                Next::WaitAWhile => wait_a_while(&self.state, state),
                Next::GiveUp => return false,
            }
            rounds += 1;
        }
    }

    /// Acquires it, as one that is waited for; or has it known to be waited for, and returns its state.
    fn acquire_or_mark(&self, holder: usize) -> Option<usize> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let (wanted, ordering) = match state {
                FREE => (holder | WAITED_FOR, Ordering::Acquire),
                state => (state | WAITED_FOR, Ordering::Relaxed),
            };
            match self.state.compare_exchange(state, wanted, ordering, Ordering::Relaxed) {
                Ok(FREE) => return None,
                Ok(_) => return Some(wanted),
                Err(now) => state = now,
            }
        }
    }

    /// From now on `holder` holds it, which is the calling thread as before, for another reason.
    pub(crate) fn change_holder(&self, holder: usize) {
        let change = self.holder() ^ holder;
        self.state.fetch_xor(change, Ordering::Relaxed);
    }

    /// # Safety
    ///
    /// The caller acquired it.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        if self.state.swap(FREE, Ordering::Release) & WAITED_FOR != 0 {
            wake_one(&self.state);
        }
    }

    /// Releases it, if `holder` holds it.
    ///
    /// # Safety
    ///
    /// No other thread acquires it as `holder`.
    #[cfg(unix)]
    pub(crate) unsafe fn release_if(&self, holder: usize) {
        for state in [holder, holder | WAITED_FOR] {
            if self.state.compare_exchange(state, FREE, Ordering::Release, Ordering::Relaxed).is_ok() {
                if state & WAITED_FOR != 0 {
                    wake_one(&self.state);
                }
                return;
            }
        }
    }

    /// In the child of a fork: the calling thread holds it as before.
    ///
    /// # Safety
    ///
    /// It does.
    #[cfg(unix)]
    #[expect(clippy::unused_self, reason = "for another system's sake")]
    pub(crate) unsafe fn renew_in_child(&self) {}

    /// In the child of a fork: from now on `holder` holds it, or nobody if that is 0.
    ///
    /// # Safety
    ///
    /// There is no other thread, and it is not this one's.
    #[cfg(unix)]
    pub(crate) unsafe fn reset_in_child(&self, holder: usize) {
        self.state.store(holder, Ordering::Relaxed);
    }
}
