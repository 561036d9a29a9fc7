//! The word as the value of a key: for systems where std has no thread-locals that the linker places, and without std.

use super::{CALLED_ONCE, LAST_CALL, calls, key, slot_of};

/// Above them is one more than the number, or 0.
const FLAG_BITS: u32 = 8;

/// How often C libraries call destructors that leave values behind, if they end that themselves.
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

/// Called at the end of a thread with its `word`: its number, if that is to go back now.
///
/// The C library has forgotten the word. It is set again, in each round of destructors, so that those of other keys see what is left of it;
/// but not for ever, as not every C library ends the rounds itself.
pub(super) fn end(word: usize) -> Option<usize> {
    let flags = word as u8;
    if calls(flags) == ROUNDS {
        return None;
    }
    let flags = flags + CALLED_ONCE;
    let keeps_number = calls(flags) < LAST_CALL;
    let kept = if keeps_number { word >> FLAG_BITS << FLAG_BITS } else { 0 };
    let is_set = key::set(kept | usize::from(flags));
    if keeps_number && is_set { None } else { number_of(word) }
}
