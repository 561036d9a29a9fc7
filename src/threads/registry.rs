//! The numbers of this process, and those that a fork has left without a thread.

use super::numbers::{BITS, Numbers};
use crate::sync::{AtomicUsize, Ordering};

/// More threads than any system gives a process. What is never held takes addresses, but no memory.
pub(crate) const MAX_THREADS: usize = if cfg!(target_pointer_width = "64") { 1 << 20 } else { 1 << 16 };
const WORDS: usize = MAX_THREADS / BITS;

static NUMBERS: Numbers<WORDS> = Numbers { held: [const { AtomicUsize::new(0) }; WORDS] };

/// The numbers that were held when the process was last about to fork, and that nobody has given back or taken since.
#[cfg(unix)]
static HELD_BEFORE: Numbers<WORDS> = Numbers { held: [const { AtomicUsize::new(0) }; WORDS] };

/// How many of the words have ever had a number that was held.
static USED_WORDS: AtomicUsize = AtomicUsize::new(0);

/// Takes the lowest number that nobody holds.
pub(super) fn take() -> Option<usize> {
    let number = NUMBERS.take()?;
    forget(number);
    let word = number / BITS;
    if USED_WORDS.load(Ordering::Relaxed) <= word {
        USED_WORDS.fetch_max(word + 1, Ordering::Relaxed);
    }
    Some(number)
}

/// Takes `number` if nobody holds it.
pub(super) fn take_this(number: usize) -> bool {
    let is_taken = NUMBERS.take_this(number);
    if is_taken {
        forget(number);
    }
    is_taken
}

/// Gives `number` back, which the caller holds.
pub(super) fn give_back(number: usize) {
    forget(number);
    NUMBERS.give_back(number);
}

/// Whoever holds `number` from now on is no thread that a fork has lost.
fn forget(number: usize) {
    #[cfg(unix)]
    HELD_BEFORE.held[number / BITS].fetch_and(!(1 << (number % BITS)), Ordering::SeqCst);
    #[cfg(not(unix))]
    let _ = number;
}

/// Notes which numbers are held, just before a fork.
#[cfg(unix)]
pub(super) fn note() {
    let pairs = HELD_BEFORE.held.iter().zip(&NUMBERS.held);
    for (before, held) in pairs.take(USED_WORDS.load(Ordering::Relaxed)) {
        let noted = held.load(Ordering::SeqCst);
        // Not every process that forks has another page to copy.
        if before.load(Ordering::SeqCst) != noted {
            before.store(noted, Ordering::SeqCst);
            // One that has been given back meanwhile may be a new thread's in the child.
            before.fetch_and(held.load(Ordering::SeqCst), Ordering::SeqCst);
        }
    }
}

/// Whether `number` was held before the fork and is still, and not `own`: in the child that is of a thread which it has not got. (A new
/// thread of the child may hold one already, but that is not noted as held before.)
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
