//! A mutex that allocates nothing, may lie in zeroed memory, and knows which thread holds it. std's mutex promises none
//! of this.
//!
//! A fork needs the holder. The thread that forks acquires all locks before the fork. Meanwhile the handlers of other
//! libraries run and may allocate: so this thread may *borrow* a lock that it holds for the fork, and returns it to the
//! fork afterwards. If the thread forks in a signal handler, it may have been interrupted while it held a lock for use:
//! that lock is left alone. Modelled in `tests/models/locks.rs`.
//!
//! # Invariants
//!
//! 1. A lock has one holder at a time, which sees the writes of earlier holders.
//! 2. The data of a lock that is held for a fork is consistent: the lock was acquired while no thread used it, or
//!    [borrowed](Lock::lock) and returned by the thread that forks.
//! 3. An [abandoned](Lock::settle_in_child) lock is never acquired again.

use crate::sync::raw_lock::RawLock;
use crate::sync::wait_action::WaitAction;
use crate::sync::{clock, fatal};
use crate::threads;

/// Added to the [id](threads::id) of the holder: the lock is held for a fork, not for a use of its data.
const FOR_FORK: usize = 1 << 1;
/// The holder of a lock that another thread held when this process was forked. No thread has this id.
const ABANDONED: usize = usize::MAX << 2;

/// The milliseconds that the thread that forks waits for a lock that it could not acquire for the fork. The holder may
/// wait for that thread, and then never releases the lock.
const MAX_WAIT_IN_FORK: u64 = 10_000;

/// All zero bytes are a free lock.
#[derive(Debug)]
pub(crate) struct Lock {
    pub(crate) raw: RawLock,
}

/// Keeps a lock in use until it is dropped.
#[derive(Debug)]
pub(crate) struct LockGuard<'a> {
    lock: &'a Lock,
    previous: PreviousState,
}

/// The state of a lock before it was acquired, and after its guard is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PreviousState {
    Free,
    /// Held by the same thread for a fork.
    HeldForFork,
}

impl Lock {
    /// Acquires the lock, or borrows it if the calling thread holds it for a fork. Waits as long as another thread
    /// holds it.
    ///
    /// Ends the process with a message if the calling thread already has the lock in use, if the lock is abandoned, or if
    /// the calling thread forks and has waited for ten seconds.
    #[inline]
    pub(crate) fn lock(&self) -> LockGuard<'_> {
        let own = threads::id();
        let previous = if self.raw.try_acquire(own) { PreviousState::Free } else { self.lock_slowly(own) };
        LockGuard { lock: self, previous }
    }

    #[cold]
    #[inline(never)]
    fn lock_slowly(&self, own: usize) -> PreviousState {
        let holder = self.raw.holder();
        if holder == own | FOR_FORK {
            self.raw.change_holder(own);
            return PreviousState::HeldForFork;
        }
        if holder == own {
            fatal::abort_with(
                b"janus-alloc: a signal handler called an allocator that it had interrupted in the same thread: neither allocate nor free \
                 in signal handlers\n",
            );
        }
        let mut start = None;
        self.raw.acquire_slowly(own, |holder| {
            if holder == ABANDONED {
                fatal::abort_with(
                    b"janus-alloc: this process was forked while another thread used the allocator, so it cannot use it: do not fork in \
                     signal handlers, or only call `exec` in the child\n",
                );
            }
            if !threads::is_forking() {
                return WaitAction::Wait;
            }
            let now = clock::milliseconds();
            if now - *start.get_or_insert(now) > MAX_WAIT_IN_FORK {
                fatal::abort_with(
                    b"janus-alloc: a signal handler that had interrupted the allocator forks, and a handler of `pthread_atfork` waits for \
                     the allocator: do not fork in signal handlers\n",
                );
            }
            WaitAction::WaitBriefly
        });
        PreviousState::Free
    }

    /// Acquires the lock if it is free; `None` if any thread holds it, even the calling one for a fork.
    pub(crate) fn try_lock(&self) -> Option<LockGuard<'_>> {
        self.try_acquire().then(|| LockGuard { lock: self, previous: PreviousState::Free })
    }

    /// Returns whether another thread held the lock when this process was forked.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.raw.holder() == ABANDONED
    }

    /// Acquires the lock without a guard if it is free, and returns whether it was.
    #[inline]
    pub(crate) fn try_acquire(&self) -> bool {
        self.raw.try_acquire(threads::id())
    }
}

/// Without a guard, and around a fork, for the thread that forks.
#[cfg(unix)]
impl Lock {
    /// Acquires the lock without a guard, or returns false if `next` gives up. `next` is called before each wait.
    pub(crate) fn acquire_while(&self, mut next: impl FnMut() -> WaitAction) -> bool {
        self.try_acquire() || self.raw.acquire_slowly(threads::id(), |_| next())
    }

    /// # Safety
    ///
    /// The calling thread has acquired the lock without a guard, and not for a fork.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        // SAFETY: by `# Safety` of this fn the thread holds it.
        unsafe { self.raw.release() };
    }

    /// Returns whether the calling thread holds the lock, in use or for a fork.
    pub(crate) fn is_own(&self) -> bool {
        self.raw.holder() & !FOR_FORK == threads::id()
    }

    /// Acquires the lock for the fork, unless this thread holds it already, it is abandoned, or `next` gives up. `next`
    /// is called before each wait.
    pub(crate) fn acquire_for_fork(&self, mut next: impl FnMut() -> WaitAction) {
        let own = threads::id() | FOR_FORK;
        if self.raw.try_acquire(own) || self.is_own() {
            return;
        }
        self.raw.acquire_slowly(own, |holder| if holder == ABANDONED { WaitAction::GiveUp } else { next() });
    }

    /// Returns whether the calling thread holds the lock for a fork, and has not borrowed it.
    pub(crate) fn is_own_for_fork(&self) -> bool {
        self.raw.holder() == threads::id() | FOR_FORK
    }

    /// Returns the id of the thread that has the lock in use. `None` if there is none, if the lock is held for a fork,
    /// or if it is abandoned.
    pub(crate) fn user(&self) -> Option<usize> {
        let holder = self.raw.holder();
        (holder != 0 && holder != ABANDONED && holder & FOR_FORK == 0).then_some(holder)
    }

    /// Releases the lock if the calling thread holds it [for the fork](Self::is_own_for_fork). A signal handler that
    /// forks in between may have released it already.
    pub(crate) fn release_from_fork(&self) {
        // SAFETY: the holder is named by the id of the calling thread.
        unsafe { self.raw.release_if(threads::id() | FOR_FORK) };
    }

    /// In the child of a fork: keeps a lock that this thread holds, and abandons one that another thread held, since
    /// that may have been changing the data.
    ///
    /// # Safety
    ///
    /// The process has no other thread.
    pub(crate) unsafe fn settle_in_child(&self) {
        if self.is_own() {
            // SAFETY: (1) it is this thread's; (2) by `# Safety` of this fn.
            unsafe { self.raw.renew_in_child() };
        } else {
            let holder = if self.raw.holder() == 0 { 0 } else { ABANDONED };
            // SAFETY: (1) it is not this thread's; (2) by `# Safety` of this fn.
            unsafe { self.raw.reset_in_child(holder) };
        }
    }
}

#[cfg(unix)]
impl LockGuard<'_> {
    /// Returns whether the lock is borrowed: the calling thread holds it for a fork, too.
    pub(crate) fn is_borrowed(&self) -> bool {
        self.previous == PreviousState::HeldForFork
    }
}

impl Drop for LockGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        match self.previous {
            // SAFETY: the thread that created this guard acquired the lock, and no guard is moved to another thread.
            PreviousState::Free => unsafe { self.lock.raw.release() },
            PreviousState::HeldForFork => self.lock.raw.change_holder(threads::id() | FOR_FORK),
        }
    }
}
