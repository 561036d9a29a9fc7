//! A set of small indices, each of which has one holder at a time.

use crate::sync::{AtomicUsize, Ordering};

pub(crate) const BITS: usize = usize::BITS as usize;

/// The indices below `BITS * WORDS`. The next holder of an index sees the writes of the last one.
#[derive(Debug)]
pub(crate) struct IndexSet<const WORDS: usize> {
    /// A bit for each index, set while the index is held.
    pub(crate) held: [AtomicUsize; WORDS],
}

impl<const WORDS: usize> IndexSet<WORDS> {
    /// Acquires the lowest index that is free, or returns `None` if all are held.
    pub(crate) fn acquire_lowest(&self) -> Option<usize> {
        self.held.iter().enumerate().find_map(|(word_index, word)| {
            let free_bit = |held: usize| (held != usize::MAX).then(|| held.trailing_ones() as usize);
            let acquire = |held| free_bit(held).map(|bit| held | 1 << bit);
            // The acquire pairs with the release in `release`.
            let held = word.fetch_update(Ordering::Acquire, Ordering::Relaxed, acquire).ok()?;
            free_bit(held).map(|bit| word_index * BITS + bit)
        })
    }

    /// Acquires `index` if it is free, and returns whether it was.
    pub(crate) fn try_acquire(&self, index: usize) -> bool {
        let bit = 1 << (index % BITS);
        self.held[index / BITS].fetch_or(bit, Ordering::Acquire) & bit == 0
    }

    /// Releases `index`, which the caller holds.
    pub(crate) fn release(&self, index: usize) {
        self.held[index / BITS].fetch_and(!(1 << (index % BITS)), Ordering::Release);
    }
}
