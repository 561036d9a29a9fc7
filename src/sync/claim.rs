//! The right to use a place in memory that is never freed: one holder at a time, while others read without a lock.
//!
//! Modelled in `tests/models/claim.rs`.
//!
//! # Invariants
//!
//! 1. A claim has one holder at a time, from a [`try_claim`](Claim::try_claim) that returns `true` to its [`release`](Claim::release). The
//!    writes of a holder happen before the claim of the next one.
//! 2. All values that a [`read`](Claim::read) returns were stored by one holder, which had published before. (The word of a claim wraps,
//!    so this does not hold for a reader that is interrupted while the count of claims wraps.)

use super::{AtomicUsize, Ordering, fence};

/// The lowest bits of the state. Those above count the claims.
const STATE_BITS: usize = 0b11;
const FREE: usize = 0;
const CLAIMED: usize = 1;
const PUBLISHED: usize = 2;
const ONE_CLAIM: usize = STATE_BITS + 1;

/// A claim of zero bytes is free.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) state: AtomicUsize,
}

impl Claim {
    /// Claims the place if it is free, and returns whether it was. No [reader](Self::read) returns what the holder then stores, by
    /// relaxed stores to atomics, before the holder [publishes](Self::publish).
    pub(crate) fn try_claim(&self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        if state & STATE_BITS != FREE {
            return false;
        }
        let claimed = state.wrapping_add(ONE_CLAIM) | CLAIMED;
        // Acquire: pairs with the release by the last holder.
        let is_claimed = self.state.compare_exchange(state, claimed, Ordering::Acquire, Ordering::Relaxed).is_ok();
        // Pairs with the fence of `read`: a reader that sees a store after this fence also sees this state, or a later
        // one.
        fence(Ordering::Release);
        is_claimed
    }

    /// Lets others read. The holder calls this once.
    pub(crate) fn publish(&self) {
        self.change(PUBLISHED);
    }

    /// Ends the claim. The holder calls this once.
    pub(crate) fn release(&self) {
        self.change(FREE);
    }

    fn change(&self, to: usize) {
        // Only the holder changes the state now.
        let claims = self.state.load(Ordering::Relaxed) & !STATE_BITS;
        self.state.store(claims | to, Ordering::Release);
    }

    /// Calls `read`, and returns its result if one holder had published before the call and still holds the claim after it. `read`
    /// loads from atomics, and must not rely on the values.
    pub(crate) fn read<T>(&self, read: impl FnOnce() -> T) -> Option<T> {
        let before = self.state.load(Ordering::Acquire);
        if before & STATE_BITS != PUBLISHED {
            return None;
        }
        let found = read();
        // Pairs with the fence of `try_claim`.
        fence(Ordering::Acquire);
        (self.state.load(Ordering::Relaxed) == before).then_some(found)
    }
}
