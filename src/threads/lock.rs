//! A mutex that allocates nothing, may sit in memory of any kind, and knows which thread holds it. std's promises none of that.
//!
//! A fork needs the holder. The thread that forks takes all locks before, and may then be asked for memory by somebody else's
//! handlers: it passes the locks that it holds for the fork. If it forks in a signal handler, it may have been interrupted while it
//! held a lock: that one is left alone. Modelled in `tests/models/locks.rs`.
//!
//! # Invariants
//!
//! 1. A lock has one holder at a time, and what a holder did has happened for the next one.
//! 2. A lock that is held for a fork guards data that is consistent: it was acquired when nobody used it, or
//!    [passed](Lock::lock) and given back by the thread that forks.
//! 3. A lock that is [abandoned](Lock::settle_in_child) is never acquired again.

use crate::sync::raw_lock::RawLock;
use crate::sync::wait_action::WaitAction;
use crate::sync::{clock, fatal};
use crate::threads;

/// Beside the [id](threads::id) of the holder: held for a fork, not for a use of what the lock guards.
const FOR_FORK: usize = 1 << 1;
/// The holder was a thread of the parent's, when this process was forked. (No thread has such an id.)
const ABANDONED: usize = usize::MAX << 2;

/// How many milliseconds the thread that forks waits for a lock it could not take for the fork. The holder may wait for that thread,
/// and then never releases it.
const PATIENCE: u64 = 10_000;

/// All zero bytes are a lock that is free.
#[derive(Debug)]
pub(crate) struct Lock {
    pub(crate) raw: RawLock,
}

/// Gives the lock back when it goes.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    lock: &'a Lock,
    taken: Taken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    FromNobody,
    /// The thread itself holds it for a fork.
    FromFork,
}

impl Lock {
    /// Waits until nobody holds the lock, or passes it if the calling thread holds it for a fork. What the last holder did under it
    /// happens before this returns.
    ///
    /// It does not return to a thread that holds the lock for use already, nor where the lock is abandoned: it ends the process with
    /// a message.
    #[inline]
    pub(crate) fn lock(&self) -> Held<'_> {
        let own = threads::id();
        let taken = if self.raw.try_acquire(own) { Taken::FromNobody } else { self.lock_slowly(own) };
        Held { lock: self, taken }
    }

    #[cold]
    #[inline(never)]
    fn lock_slowly(&self, own: usize) -> Taken {
        let holder = self.raw.holder();
        if holder == own | FOR_FORK {
            self.raw.change_holder(own);
            return Taken::FromFork;
        }
        if holder == own {
            fatal::abort_with(
                b"janus-alloc: a signal handler allocates or frees, and has interrupted the allocator, which cannot go on: \
                 see `Signals` of `SharedPool`\n",
            );
        }
        let mut start = None;
        self.raw.acquire_slowly(own, |holder| {
            if holder == ABANDONED {
                fatal::abort_with(
                    b"janus-alloc: this process was forked while another thread used the allocator, which the child cannot: \
                     see `Fork` of `SharedPool`\n",
                );
            }
            if !threads::is_forking() {
                return WaitAction::Wait;
            }
            let now = clock::milliseconds();
            if now - *start.get_or_insert(now) > PATIENCE {
                fatal::abort_with(
                    b"janus-alloc: a signal handler that has interrupted the allocator forks, and a handler of `pthread_atfork` \
                     allocates: see `Fork` of `SharedPool`\n",
                );
            }
            WaitAction::WaitBriefly
        });
        Taken::FromNobody
    }

    /// As [`lock`](Self::lock), without waiting: `None` if somebody has it, be it for a fork.
    pub(crate) fn try_lock(&self) -> Option<Held<'_>> {
        self.try_acquire().then(|| Held { lock: self, taken: Taken::FromNobody })
    }

    /// Whether it was held by a thread that this process did not get when it was forked.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.raw.holder() == ABANDONED
    }

    /// Whether it was free, and is the caller's now.
    #[inline]
    pub(crate) fn try_acquire(&self) -> bool {
        self.raw.try_acquire(threads::id())
    }
}

/// By hand, and around a fork, by the thread that forks.
#[cfg(unix)]
impl Lock {
    /// Acquires it, to be [released](Self::release) by hand, unless `next` gives up. It is asked before each wait.
    pub(crate) fn acquire_while(&self, mut next: impl FnMut() -> WaitAction) -> bool {
        self.try_acquire() || self.raw.acquire_slowly(threads::id(), |_| next())
    }

    /// # Safety
    ///
    /// The calling thread acquired it, and not for a fork.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.raw.release() };
    }

    /// Whether the calling thread holds it, for whatever.
    pub(crate) fn is_own(&self) -> bool {
        self.raw.holder() & !FOR_FORK == threads::id()
    }

    /// Holds it for the fork, unless this thread holds it already, it is abandoned, or `next` gives up, which is asked before each
    /// wait.
    pub(crate) fn acquire_for_fork(&self, mut next: impl FnMut() -> WaitAction) {
        let own = threads::id() | FOR_FORK;
        if self.raw.try_acquire(own) || self.is_own() {
            return;
        }
        self.raw.acquire_slowly(own, |holder| if holder == ABANDONED { WaitAction::GiveUp } else { next() });
    }

    /// Whether the calling thread holds it for a fork, and does not use what it guards just now.
    pub(crate) fn is_own_for_fork(&self) -> bool {
        self.raw.holder() == threads::id() | FOR_FORK
    }

    /// Which thread uses what it guards just now, if any, and if that is known.
    pub(crate) fn user(&self) -> Option<usize> {
        let holder = self.raw.holder();
        (holder != 0 && holder != ABANDONED && holder & FOR_FORK == 0).then_some(holder)
    }

    /// Releases it, if the calling thread holds it [for the fork](Self::is_own_for_fork). A signal handler that forks, and comes in
    /// between, may have done so.
    pub(crate) fn release_from_fork(&self) {
        // SAFETY: nobody else holds it as this thread, which holds it for nothing but the fork.
        unsafe { self.raw.release_if(threads::id() | FOR_FORK) };
    }

    /// In the child of a fork: a lock that this thread holds stays its own. One of another thread is abandoned, since what it guards
    /// may be half done.
    ///
    /// # Safety
    ///
    /// There is no other thread.
    pub(crate) unsafe fn settle_in_child(&self) {
        if self.is_own() {
            // SAFETY: by `# Safety` of this fn; it is this thread's.
            unsafe { self.raw.renew_in_child() };
        } else {
            let holder = if self.raw.holder() == 0 { 0 } else { ABANDONED };
            // SAFETY: by `# Safety` of this fn; it is not this thread's.
            unsafe { self.raw.reset_in_child(holder) };
        }
    }
}

#[cfg(unix)]
impl Held<'_> {
    /// Whether the calling thread holds it for a fork beside.
    pub(crate) fn is_passed(&self) -> bool {
        self.taken == Taken::FromFork
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        match self.taken {
            // SAFETY: whoever made this acquired it.
            Taken::FromNobody => unsafe { self.lock.raw.release() },
            Taken::FromFork => self.lock.raw.change_holder(threads::id() | FOR_FORK),
        }
    }
}
