//! The lock of systems with threads: a thread that waits sleeps.
//!
//! Modelled in `tests/models/forked_locks.rs`.
//!
//! # Forks
//!
//! A fork copies the lock as it is. If another thread held it, the child has a lock that no thread will release, and an allocator that is
//! half changed. (The locks of a `SharedPool` are held across a fork, so that this cannot happen. That is not possible here: an
//! allocator is called while its lock is held and may take locks of its own, in an order that only the program knows.) So the child
//! detects it, and ends with a message.
//!
//! # Invariants
//!
//! 1. A thread acquires `raw` only after it has seen in `settled` that this process has settled the lock: [`settled`] of the
//!    number of its forks.
//! 2. One thread at a time settles a lock, and none acquires it meanwhile. So a holder that it finds held the lock in the parent
//!    process.

use super::{AllocatorLock, NonAllocatingLock};
#[cfg(unix)]
use crate::sync::fence;
use crate::sync::raw_lock::RawLock;
use crate::sync::wait_action::WaitAction;
use crate::sync::{AtomicUsize, Ordering, fatal, spin_loop};
use crate::threads::{self, fork};

/// The lock that a [`Locked`](super::Locked) has by default: three words at most. It allocates nothing. A waiting thread tries a hundred
/// times, and then sleeps.
///
/// * **Re-entry**: a call of the `Locked` by the thread that is inside it ends the process with a message. That is a signal handler
///   that allocates, or an allocator that calls the `Locked` it is in.
/// * **Forks**: the child of a fork can use the `Locked`, unless another thread was inside it at that moment. Then the first call in the
///   child ends it with a message. A child that only executes another program, such as that of `std::process::Command`, makes no
///   such call. A [`SharedPool`](crate::SharedPool) works in every child.
/// * **Without an operating system** that the crate knows it is a spin lock, which detects neither.
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::locked::DefaultLock;
/// use janus_alloc::{Locked, Pool};
///
/// let _: Locked<Pool> = Locked::with_lock(Pool::new(), DefaultLock::new());
/// ```
#[derive(Debug)]
pub struct DefaultLock {
    pub(super) raw: RawLock,
    /// The process that last settled the lock: [`settled`] or [`settling`] of the number of its forks.
    pub(super) settled: AtomicUsize,
}

/// The state of a lock that the process after `forks` forks, counted from the first process, has settled.
pub(super) const fn settled(forks: usize) -> usize {
    forks << 1
}

/// The state of a lock that a thread of the process after `forks` forks is settling.
const fn settling(forks: usize) -> usize {
    forks << 1 | 1
}

impl DefaultLock {
    #[cold]
    #[inline(never)]
    fn lock_slowly(&self, own: usize) {
        // The comparison is exact: only the calling thread itself stores its id.
        if self.raw.holder() == own {
            fatal::abort_with(
                b"janus-alloc: a `Locked` was called by the thread that is inside it: call it neither in a signal handler nor from the \
                 allocator in it\n",
            );
        }
        self.raw.acquire_slowly(own, |_| WaitAction::Wait);
    }

    /// Settles the lock after a fork: finds out whether this process can still use what it guards.
    #[cold]
    #[inline(never)]
    fn settle(&self, forks: usize) {
        // A signal handler on this thread would wait for ever for the thread that it interrupts.
        #[cfg(unix)]
        let _blocked = fork::BlockedSignals::new();
        let mut found = self.settled.load(Ordering::Acquire);
        loop {
            if found == settled(forks) {
                return;
            }
            if found == settling(forks) {
                spin_loop();
                found = self.settled.load(Ordering::Acquire);
                continue;
            }
            match self.settled.compare_exchange(found, settling(forks), Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => break,
                Err(now) => found = now,
            }
        }
        #[cfg(unix)]
        self.settle_holder();
        self.settled.store(settled(forks), Ordering::Release);
    }

    #[cfg(unix)]
    fn settle_holder(&self) {
        let holder = self.raw.holder();
        // Synchronises with the release by the thread that forked, if that held the lock and has left it.
        fence(Ordering::Acquire);
        match holder {
            // SAFETY: by invariant 2 no thread of this process uses the lock, and no thread holds it. (On some systems a thread of the parent
            // process may have begun to acquire it.)
            0 => unsafe { self.raw.reset_in_child(0) },
            // The thread that forked holds the lock: it forked in a signal handler, and will continue where it was.
            holder if holder == fork::survivor() => {}
            _ => fatal::abort_with(
                b"janus-alloc: this process was forked while another thread was inside a `Locked`, which the child cannot use: \
                 only call `exec` in the child, or use a `SharedPool`\n",
            ),
        }
    }
}

// SAFETY: `RawLock` is a lock in the value, with the id of its holder, which no two threads have at a time. It can be moved when it
// is free. Nothing here panics or unwinds.
unsafe impl AllocatorLock for DefaultLock {
    #[inline]
    fn lock(&self) {
        let forks = fork::count();
        // Acquire, with the release of the thread that settled it.
        if self.settled.load(Ordering::Acquire) != settled(forks) {
            self.settle(forks);
        }
        let own = threads::id();
        if !self.raw.try_acquire(own) {
            self.lock_slowly(own);
        }
    }

    #[inline]
    unsafe fn unlock(&self) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.raw.release() };
    }
}

// SAFETY: atomics and system calls.
unsafe impl NonAllocatingLock for DefaultLock {}
