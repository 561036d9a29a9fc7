//! The numbers of this process, and those that a fork has left without a thread.

use super::numbers::{BITS, Numbers};
use crate::sync::{AtomicUsize, Ordering};

/// More threads than any system gives a process. What is never held takes addresses, but no memory.
pub(crate) const MAX_THREADS: usize = if cfg!(target_pointer_width = "64") { 1 << 20 } else { 1 << 16 };
const WORDS: usize = MAX_THREADS / BITS;

pub(super) static NUMBERS: Numbers<WORDS> = Numbers { held: [const { AtomicUsize::new(0) }; WORDS] };

/// The numbers that were held when the process was last about to fork. Used by the thread that forks.
static HELD_BEFORE: Numbers<WORDS> = Numbers { held: [const { AtomicUsize::new(0) }; WORDS] };

/// How many of the words have ever had a number that was held.
static USED_WORDS: AtomicUsize = AtomicUsize::new(0);

/// Takes the lowest number that nobody holds.
pub(super) fn take() -> Option<usize> {
    let number = NUMBERS.take()?;
    let word = number / BITS;
    if USED_WORDS.load(Ordering::Relaxed) <= word {
        USED_WORDS.fetch_max(word + 1, Ordering::Relaxed);
    }
    Some(number)
}

/// Notes which numbers are held, just before a fork.
#[cfg(unix)]
pub(super) fn note() {
    let pairs = HELD_BEFORE.held.iter().zip(&NUMBERS.held);
    for (before, held) in pairs.take(USED_WORDS.load(Ordering::Relaxed)) {
        let held = held.load(Ordering::Relaxed);
        // Not every process that forks has another page to copy.
        if before.load(Ordering::Relaxed) != held {
            before.store(held, Ordering::Relaxed);
        }
    }
}

/// Whether `number` was held before the fork and is still, and not `own`: in the child that is of a thread which it has not got. (One that a
/// new thread of the child holds already was held by nobody.)
#[cfg(unix)]
pub(super) fn is_lost(number: usize, own: Option<usize>) -> bool {
    let bit = 1 << (number % BITS);
    let has = |numbers: &Numbers<WORDS>| numbers.held[number / BITS].load(Ordering::Relaxed) & bit != 0;
    Some(number) != own && has(&NUMBERS) && has(&HELD_BEFORE)
}

/// All of which [that is so](is_lost).
#[cfg(unix)]
pub(super) fn lost(own: Option<usize>) -> impl Iterator<Item = usize> {
    (0..USED_WORDS.load(Ordering::Relaxed) * BITS).filter(move |&number| is_lost(number, own))
}
