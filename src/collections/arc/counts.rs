//! The counts of an `Arc`, which threads share. Modelled in `tests/models/arc.rs`.

use crate::collections::counted::{self, Others};
use crate::sync::{AtomicUsize, Ordering, spin_loop};

/// # Invariants
///
/// 1. `weak` is [`LOCKED`] only while a thread looks whether its strong reference is the only reference of any kind. That thread
///    has a strong one, and there was no weak one but the common one, so only threads with a strong one find it locked.
/// 2. What a thread did with the value before it released its reference has happened before whoever finds that no other is left
///    goes on: each release is a `Release`, and each finding an `Acquire`.
pub(crate) struct Counts {
    strong: AtomicUsize,
    weak: AtomicUsize,
}

/// In place of the number of weak references.
const LOCKED: usize = usize::MAX;

/// Beyond it the process ends. Until it has ended, other threads can count one more each; there are not enough for an overflow.
const MAX: usize = isize::MAX as usize;

/// Ends the process: a function of C's does not unwind.
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
        // In this order: if there is a strong reference after the weak ones were counted, the common one was among those.
        let weak = self.weak.load(Ordering::Acquire);
        if weak == LOCKED || self.strong.load(Ordering::Relaxed) == 0 { 0 } else { weak - 1 }
    }

    #[inline]
    unsafe fn clone_strong(&self) {
        // Who has a reference already knows all that it shows: nothing is to be seen, or to be shown, by counting another.
        if self.strong.fetch_add(1, Ordering::Relaxed) > MAX {
            overflow();
        }
    }

    #[inline]
    fn release_strong(&self) -> bool {
        if self.strong.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
        // Invariant 2, for the last only. (A fence would do as well, but thread sanitizers do not see it.)
        self.strong.load(Ordering::Acquire);
        true
    }

    #[inline]
    fn take_last(&self) -> bool {
        // Invariant 2.
        self.strong.compare_exchange(1, 0, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[inline]
    fn put_back(&self) {
        // Nobody else changes a count of 0. Who upgrades sees the value that was written before.
        self.strong.store(1, Ordering::Release);
    }

    #[inline]
    fn is_unique(&self) -> bool {
        // Locked, so that no weak reference is made of another strong one between the two looks. `Acquire`, so that what was
        // upgraded from weak references that are gone is seen in the strong count.
        if self.weak.compare_exchange(1, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return false;
        }
        // Invariant 2.
        let unique = self.strong.load(Ordering::Acquire) == 1;
        // `Release`, so that a weak reference made from now on is made after the look at the strong count.
        self.weak.store(1, Ordering::Release);
        unique
    }

    #[inline]
    fn others(&self) -> Others {
        if !self.take_last() {
            return Others::Strong;
        }
        // Not locked, since nobody has a strong reference (invariant 1). A weak one that is just going away may be missed or
        // seen, either is right: nothing was done through it since the strong one was taken.
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
            if weak > MAX {
                overflow();
            }
            // `Acquire` for the `Release` in `is_unique`: the strong reference at hand was not counted there, or is one of
            // several.
            match self.weak.compare_exchange_weak(weak, weak + 1, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => weak = now,
            }
        }
    }

    #[inline]
    unsafe fn clone_weak(&self) {
        // Not locked by invariant 1. As in `clone_strong`.
        if self.weak.fetch_add(1, Ordering::Relaxed) > MAX {
            overflow();
        }
    }

    #[inline]
    fn upgrade(&self) -> bool {
        let one_more = |strong| {
            if strong == 0 {
                return None;
            }
            if strong > MAX {
                overflow();
            }
            Some(strong + 1)
        };
        // `Acquire` for `put_back`, which may have shown the value at last.
        self.strong.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more).is_ok()
    }

    #[inline]
    fn release_weak(&self) -> bool {
        if self.weak.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
        // So that the memory is freed after all have looked at it for the last time.
        self.weak.load(Ordering::Acquire);
        true
    }
}
