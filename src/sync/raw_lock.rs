//! A lock in one word, for systems where a thread can sleep on an address, and for those without such a function.
//! `raw_lock_apple.rs` has the same interface for Apple's systems.
//!
//! It has the three states of Ulrich Drepper's "Futexes are tricky", and its holder in the same word. A release calls
//! the system only if another thread may be waiting.
//!
//! # Invariants
//!
//! 1. The state is `FREE`, or the value of the holder, with `HAS_WAITERS` added if another thread may be asleep.
//! 2. Only the holder's thread changes the holder, or makes the lock free, except in the child of a fork.
//! 3. A thread sleeps only after it has set `HAS_WAITERS`. A woken thread acquires the lock with that bit set, or sets
//!    it again.

use super::wait::{SPINS, pause, wait, wait_briefly, wake_one};
use super::wait_action::WaitAction;
use super::{AtomicUsize, Ordering};

const FREE: usize = 0;
/// Added to the holder.
const HAS_WAITERS: usize = 1 << 0;

/// All zero bytes are a free lock. The caller chooses the value that stands for a holder: an even number other than 0.
#[derive(Debug)]
pub(crate) struct RawLock {
    pub(crate) state: AtomicUsize,
}

impl RawLock {
    /// Acquires the lock for `holder` if it is free, and returns whether it was.
    #[inline]
    pub(crate) fn try_acquire(&self, holder: usize) -> bool {
        self.state.compare_exchange(FREE, holder, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Returns the holder, or 0. The answer is reliable only as to whether the calling thread is the holder.
    pub(crate) fn holder(&self) -> usize {
        self.state.load(Ordering::Relaxed) & !HAS_WAITERS
    }

    /// Acquires the lock, or returns false if `next` gives up. `next` is called before each wait, with the holder.
    #[cold]
    pub(crate) fn acquire_slowly(&self, holder: usize, mut next: impl FnMut(usize) -> WaitAction) -> bool {
        for _ in 0..SPINS {
            pause();
            if self.state.load(Ordering::Relaxed) == FREE && self.try_acquire(holder) {
                return true;
            }
        }
        let mut rounds = 0;
        loop {
            // A release wakes one thread, which cannot know whether others sleep. So it acquires the lock as one that
            // has waiters, and looks at it again before it gives up.
            let Some(state) = self.acquire_or_mark(holder) else { return true };
            match next(state & !HAS_WAITERS) {
                WaitAction::Wait => wait(&self.state, state, rounds),
                WaitAction::WaitBriefly => wait_briefly(&self.state, state),
                WaitAction::GiveUp => return false,
            }
            rounds += 1;
        }
    }

    /// Acquires the lock, as one that has waiters, and returns `None`. If it is held, marks it as one that has waiters,
    /// and returns its state.
    fn acquire_or_mark(&self, holder: usize) -> Option<usize> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let (marked, ordering) = match state {
                FREE => (holder | HAS_WAITERS, Ordering::Acquire),
                state => (state | HAS_WAITERS, Ordering::Relaxed),
            };
            match self.state.compare_exchange(state, marked, ordering, Ordering::Relaxed) {
                Ok(FREE) => return None,
                Ok(_) => return Some(marked),
                Err(now) => state = now,
            }
        }
    }

    /// Makes `holder` the holder of the lock, which the calling thread holds by another value.
    pub(crate) fn change_holder(&self, holder: usize) {
        let change = self.holder() ^ holder;
        self.state.fetch_xor(change, Ordering::Relaxed);
    }

    /// # Safety
    ///
    /// The calling thread holds the lock.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        if self.state.swap(FREE, Ordering::Release) & HAS_WAITERS != 0 {
            wake_one(&self.state);
        }
    }

    /// Releases the lock if its holder is `holder`.
    ///
    /// # Safety
    ///
    /// `holder` stands for the calling thread.
    #[cfg(unix)]
    pub(crate) unsafe fn release_if(&self, holder: usize) {
        for state in [holder, holder | HAS_WAITERS] {
            if self.state.compare_exchange(state, FREE, Ordering::Release, Ordering::Relaxed).is_ok() {
                if state & HAS_WAITERS != 0 {
                    wake_one(&self.state);
                }
                return;
            }
        }
    }

    /// In the child of a fork: keeps the lock held by the calling thread, which held it before the fork.
    ///
    /// # Safety
    ///
    /// 1. The calling thread holds the lock.
    /// 2. The process has no other thread.
    #[cfg(unix)]
    #[expect(clippy::unused_self, reason = "the lock of Apple's systems needs it")]
    pub(crate) unsafe fn renew_in_child(&self) {}

    /// In the child of a fork: makes `holder` the holder of the lock, or frees it if that is 0.
    ///
    /// # Safety
    ///
    /// 1. The calling thread does not hold the lock.
    /// 2. The process has no other thread.
    #[cfg(unix)]
    pub(crate) unsafe fn reset_in_child(&self, holder: usize) {
        self.state.store(holder, Ordering::Relaxed);
    }
}
