//! The right to use a place in memory that is never freed: one holder at a time, while others read without a lock.
//!
//! Modelled in `tests/models/claim.rs`.
//!
//! # Invariants
//!
//! 1. A claim has one holder at a time, from a [`try_claim`](Claim::try_claim) that returns `true` to its [`release`](Claim::release). What
//!    the last holder did has happened for the next one.
//! 2. What [`read`](Claim::read) returns was read of one holder, who published before: nothing of it was stored by another one. (The word
//!    of a claim wraps, so this does not hold for a reader that is interrupted for as many claims as a word has.)

use super::{AtomicUsize, Ordering, fence};

/// The lowest bits of the state. Those above count the claims.
const STATE_BITS: usize = 0b11;
const FREE: usize = 0;
const CLAIMED: usize = 1;
const PUBLISHED: usize = 2;
const ONE_CLAIM: usize = STATE_BITS + 1;

/// All zero bytes are one that nobody has.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) state: AtomicUsize,
}

impl Claim {
    /// Claims the place, if nobody has it. What the holder then stores, by relaxed stores to atomics, is not [read](Self::read) before it
    /// [publishes](Self::publish).
    pub(crate) fn try_claim(&self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        if state & STATE_BITS != FREE {
            return false;
        }
        let claimed = state.wrapping_add(ONE_CLAIM) | CLAIMED;
        // Acquire, with the release of the last holder.
        let is_claimed = self.state.compare_exchange(state, claimed, Ordering::Acquire, Ordering::Relaxed).is_ok();
        // With the fence of `read`: a reader that finds what is stored from here on finds this state, too, or a later one.
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
        // No one but the holder changes it now.
        let claims = self.state.load(Ordering::Relaxed) & !STATE_BITS;
        self.state.store(claims | to, Ordering::Release);
    }

    /// Returns what `read` returns, if there is a holder who has published, and it is the same one before and after `read`. This loads
    /// from atomics, and must not rely on what it finds.
    pub(crate) fn read<T>(&self, read: impl FnOnce() -> T) -> Option<T> {
        let before = self.state.load(Ordering::Acquire);
        if before & STATE_BITS != PUBLISHED {
            return None;
        }
        let found = read();
        // With the fence of `try_claim`.
        fence(Ordering::Acquire);
        (self.state.load(Ordering::Relaxed) == before).then_some(found)
    }
}
