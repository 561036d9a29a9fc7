//! The thread indices of this process, and those of threads that a fork has left behind.

use super::index_set::{BITS, IndexSet};
use crate::sync::{AtomicUsize, Ordering};

/// More threads than any system allows in a process. The part of the tables below that is never used takes addresses,
/// but no memory.
pub(crate) const MAX_THREADS: usize = if cfg!(target_pointer_width = "64") { 1 << 20 } else { 1 << 16 };
const WORDS: usize = MAX_THREADS / BITS;

static INDICES: IndexSet<WORDS> = IndexSet { held: [const { AtomicUsize::new(0) }; WORDS] };

/// The indices that were held just before the process last forked, except those that were released or acquired since.
#[cfg(unix)]
static HELD_BEFORE_FORK: IndexSet<WORDS> = IndexSet { held: [const { AtomicUsize::new(0) }; WORDS] };

/// The number of words up to the last one in which an index was ever held.
static USED_WORDS: AtomicUsize = AtomicUsize::new(0);

/// Acquires the lowest index that is free, or returns `None` if all are held.
pub(super) fn acquire_lowest() -> Option<usize> {
    let index = INDICES.acquire_lowest()?;
    forget_holder_before_fork(index);
    let word = index / BITS;
    if USED_WORDS.load(Ordering::Relaxed) <= word {
        USED_WORDS.fetch_max(word + 1, Ordering::Relaxed);
    }
    Some(index)
}

/// Acquires `index` if it is free, and returns whether it was.
pub(super) fn try_acquire(index: usize) -> bool {
    let is_acquired = INDICES.try_acquire(index);
    if is_acquired {
        forget_holder_before_fork(index);
    }
    is_acquired
}

/// Releases `index`, which the caller holds.
pub(super) fn release(index: usize) {
    forget_holder_before_fork(index);
    INDICES.release(index);
}

/// Records that later holders of `index` are not among the threads that a fork has left behind.
fn forget_holder_before_fork(index: usize) {
    #[cfg(unix)]
    HELD_BEFORE_FORK.held[index / BITS].fetch_and(!(1 << (index % BITS)), Ordering::SeqCst);
    #[cfg(not(unix))]
    let _ = index;
}

/// Records which indices are held, just before a fork.
#[cfg(unix)]
pub(super) fn record_held() {
    let pairs = HELD_BEFORE_FORK.held.iter().zip(&INDICES.held);
    for (before, held) in pairs.take(USED_WORDS.load(Ordering::Relaxed)) {
        let now_held = held.load(Ordering::SeqCst);
        // A store would have the page copied, so there is none where nothing has changed.
        if before.load(Ordering::SeqCst) != now_held {
            before.store(now_held, Ordering::SeqCst);
            // An index that was released meanwhile may be acquired by a new thread of the child.
            before.fetch_and(held.load(Ordering::SeqCst), Ordering::SeqCst);
        }
    }
}

/// In the child of a fork: returns whether the holder of `index` is a thread that the child does not have. `own` is the
/// index of the calling thread.
///
/// Such an index was held before the fork, and still is. A new thread of the child may have one already, but that is
/// not recorded as held before.
#[cfg(unix)]
pub(super) fn is_lost(index: usize, own: Option<usize>) -> bool {
    let bit = 1 << (index % BITS);
    let is_held_in = |set: &IndexSet<WORDS>| set.held[index / BITS].load(Ordering::Relaxed) & bit != 0;
    Some(index) != own && is_held_in(&INDICES) && is_held_in(&HELD_BEFORE_FORK)
}

/// In the child of a fork: returns all indices that [are lost](is_lost).
#[cfg(unix)]
pub(super) fn lost(own: Option<usize>) -> impl Iterator<Item = usize> {
    (0..USED_WORDS.load(Ordering::Relaxed) * BITS).filter(move |&index| is_lost(index, own))
}
