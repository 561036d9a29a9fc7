//! The word as the value of a key: for systems where std has no thread-locals that the linker places, and without std.

use super::{ENDING, ENDING_ONCE, key, slot_of};

/// Above them is one more than the number, or 0.
const FLAG_BITS: u32 = 8;

/// How often the C library calls destructors at most, as long as they leave values behind.
const ROUNDS: u8 = 4;

const fn number_of(word: usize) -> Option<usize> {
    (word >> FLAG_BITS).checked_sub(1)
}

/// Whether setting the value of that key does no harm. For the 33rd one on glibc asks `malloc`, and where that is a pool's it would ask for the
/// word that is about to be set, without end.
#[cfg(unix)]
pub(super) fn bears(key: usize) -> bool {
    !cfg!(target_env = "gnu") || key < 32
}

#[inline]
pub(super) fn slot() -> usize {
    slot_of(number())
}

#[inline]
pub(super) fn number() -> Option<usize> {
    number_of(key::get())
}

pub(super) fn set_number(number: usize) -> bool {
    key::set((number + 1) << FLAG_BITS | usize::from(flags()))
}

#[inline]
pub(super) fn flags() -> u8 {
    key::get() as u8
}

/// If a signal handler gives the thread a number meanwhile, that is lost: it stays taken, and the thread takes another.
#[inline]
pub(super) fn set_flags(flags: u8) -> bool {
    key::set(key::get() >> FLAG_BITS << FLAG_BITS | usize::from(flags))
}

/// The number of a thread that ends with that `word`.
///
/// The C library has forgotten the word, and so do some at each further round. In which destructors of other keys may allocate. So the
/// end is noted again each time; but not for ever, as not every C library ends the rounds itself.
pub(super) fn end(word: usize) -> Option<usize> {
    let rounds = word as u8 & ENDING;
    if rounds < ENDING_ONCE * ROUNDS {
        let _ = set_flags(word as u8 + ENDING_ONCE);
    }
    number_of(word)
}
