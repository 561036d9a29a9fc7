//! A set of small numbers, each held by one at a time.

use crate::sync::{AtomicUsize, Ordering};

pub(crate) const BITS: usize = usize::BITS as usize;

/// The numbers below `BITS * WORDS`.
#[derive(Debug)]
pub(crate) struct Numbers<const WORDS: usize> {
    /// A bit for each number that is held.
    pub(crate) held: [AtomicUsize; WORDS],
}

impl<const WORDS: usize> Numbers<WORDS> {
    /// The lowest number that nobody holds. Whoever gets it sees what its last holder did before giving it back.
    pub(crate) fn take(&self) -> Option<usize> {
        self.held.iter().enumerate().find_map(|(at, word)| {
            let free = |held: usize| (held != usize::MAX).then(|| held.trailing_ones() as usize);
            let take = |held| free(held).map(|bit| held | 1 << bit);
            // Acquire, with the release below.
            let held = word.fetch_update(Ordering::Acquire, Ordering::Relaxed, take).ok()?;
            free(held).map(|bit| at * BITS + bit)
        })
    }

    /// Takes `number` if nobody holds it, as [`take`](Self::take) does.
    pub(crate) fn take_this(&self, number: usize) -> bool {
        let bit = 1 << (number % BITS);
        self.held[number / BITS].fetch_or(bit, Ordering::Acquire) & bit == 0
    }

    /// Gives `number` back, which the caller holds.
    pub(crate) fn give_back(&self, number: usize) {
        self.held[number / BITS].fetch_and(!(1 << (number % BITS)), Ordering::Release);
    }
}
