//! The counts of an `Arc`, which threads share. `tests/models/arc.rs` checks them with loom.

use crate::collections::counted::{self, Others};
use crate::sync::{AtomicUsize, Ordering, spin_loop};

/// The counts of the block of an `Arc`.
///
/// # Invariants
///
/// 1. `weak` is [`LOCKED`] only while a thread checks whether its strong reference is the only reference. That thread
///    has a strong reference, and there is no weak one except the implicit one, so only threads with a strong reference
///    can find it locked.
/// 2. All uses of the value by a thread before it releases a reference happen before all uses by a thread that has
///    found that no other reference is left: the release is a `Release` operation, and the check is an `Acquire`
///    operation.
pub(crate) struct Counts {
    strong: AtomicUsize,
    weak: AtomicUsize,
}

/// Stands for the weak count while it is locked.
const LOCKED: usize = usize::MAX;

/// The largest count that a thread may increment. A thread that finds a larger one ends the process. Until it has
/// ended, each other thread can increment the count once more, and there cannot be enough threads for an overflow.
const MAX_COUNT: usize = isize::MAX as usize;

/// Ends the process: a panic aborts when it would leave an `extern "C"` function.
#[cold]
extern "C" fn overflow() -> ! {
    panic!("more references than `isize::MAX`");
}

impl counted::Counts for Counts {
    #[inline]
    fn new() -> Self {
        Self { strong: AtomicUsize::new(1), weak: AtomicUsize::new(1) }
    }

    #[inline]
    fn strong(&self) -> usize {
        self.strong.load(Ordering::Relaxed)
    }

    #[inline]
    fn weak(&self) -> usize {
        // In this order: if there still is a strong reference after the weak count was read, that count includes the
        // implicit one.
        let weak = self.weak.load(Ordering::Acquire);
        if weak == LOCKED || self.strong.load(Ordering::Relaxed) == 0 { 0 } else { weak - 1 }
    }

    #[inline]
    unsafe fn clone_strong(&self) {
        // `Relaxed` is enough, since the caller's reference already gives it access to the value.
        if self.strong.fetch_add(1, Ordering::Relaxed) > MAX_COUNT {
            overflow();
        }
    }

    #[inline]
    fn release_strong(&self) -> bool {
        if self.strong.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
        // `Acquire` by invariant 2, for the last reference only. A fence would do as well, but thread sanitizers ignore
        // fences.
        self.strong.load(Ordering::Acquire);
        true
    }

    #[inline]
    fn take_last(&self) -> bool {
        // `Acquire` by invariant 2.
        self.strong.compare_exchange(1, 0, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[inline]
    fn put_back(&self) {
        // No other thread changes a count of 0. `Release`, so that a thread that upgrades sees the value that was
        // written before.
        self.strong.store(1, Ordering::Release);
    }

    #[inline]
    fn is_unique(&self) -> bool {
        // The lock keeps other strong references from being downgraded between the two checks. `Acquire`, so that the
        // strong count includes references that were upgraded from weak ones before those were released.
        if self.weak.compare_exchange(1, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return false;
        }
        // `Acquire` by invariant 2.
        let unique = self.strong.load(Ordering::Acquire) == 1;
        // `Release`, so that the strong count was read before any later `downgrade`.
        self.weak.store(1, Ordering::Release);
        unique
    }

    #[inline]
    fn claim(&self) -> Others {
        if !self.take_last() {
            return Others::Strong;
        }
        // The weak count is not locked by invariant 1, since no thread has a strong reference. A weak reference that is
        // being released may be counted or not. Both are right, since it cannot have been used since the strong one was
        // taken.
        if self.weak.load(Ordering::Relaxed) != 1 {
            return Others::Weak;
        }
        self.put_back();
        Others::None
    }

    #[inline]
    unsafe fn downgrade(&self) {
        let mut weak = self.weak.load(Ordering::Relaxed);
        loop {
            if weak == LOCKED {
                spin_loop();
                weak = self.weak.load(Ordering::Relaxed);
                continue;
            }
            if weak > MAX_COUNT {
                overflow();
            }
            // `Acquire` pairs with the `Release` in `is_unique`: the caller's strong reference was one of several
            // there, or was made later.
            match self.weak.compare_exchange_weak(weak, weak + 1, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => weak = now,
            }
        }
    }

    #[inline]
    unsafe fn clone_weak(&self) {
        // Not locked by invariant 1, since the caller has a weak reference. `Relaxed` is enough, as in `clone_strong`.
        if self.weak.fetch_add(1, Ordering::Relaxed) > MAX_COUNT {
            overflow();
        }
    }

    #[inline]
    fn upgrade(&self) -> bool {
        let incremented = |strong| {
            if strong == 0 {
                return None;
            }
            if strong > MAX_COUNT {
                overflow();
            }
            Some(strong + 1)
        };
        // `Acquire` pairs with the `Release` in `put_back`: the value may have been written just before that.
        self.strong.fetch_update(Ordering::Acquire, Ordering::Relaxed, incremented).is_ok()
    }

    #[inline]
    fn release_weak(&self) -> bool {
        if self.weak.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
        // `Acquire`, so that the block is freed after every other thread's last use of it.
        self.weak.load(Ordering::Acquire);
        true
    }
}
