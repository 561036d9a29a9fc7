//! The state as the value of a key, for systems where the linker does not place std's thread-locals, and without std.

use super::{LAST_EXIT_CALL, ONE_EXIT_CALL, exit_calls, key, slot_of};

/// The number of low bits of a value that are flags. The bits above are one more than the index, or 0.
const FLAG_BITS: u32 = 8;

/// The number of calls of [`on_exit`] that set the value again: the number of rounds after which C libraries that limit
/// them stop to call destructors.
const MAX_EXIT_CALLS: u8 = 4;

const fn index_of(value: usize) -> Option<usize> {
    (value >> FLAG_BITS).checked_sub(1)
}

/// Returns whether a value of that key may be set without a call back to this module. From the 33rd key on, glibc calls
/// `malloc`. Where that is a pool, it would ask for the state that is about to be set, without end.
#[cfg(unix)]
pub(super) fn can_use_key(key: usize) -> bool {
    !cfg!(target_env = "gnu") || key < 32
}

#[inline]
pub(super) fn slot() -> usize {
    slot_of(thread_index())
}

#[inline]
pub(super) fn thread_index() -> Option<usize> {
    index_of(key::get())
}

pub(super) fn set_thread_index(index: usize) -> bool {
    key::set((index + 1) << FLAG_BITS | usize::from(flags()))
}

#[inline]
pub(super) fn flags() -> u8 {
    key::get() as u8
}

/// If a signal handler stores an index between the two steps, that is lost: it stays held, and the thread acquires
/// another.
#[inline]
pub(super) fn set_flags(flags: u8) -> bool {
    key::set(key::get() >> FLAG_BITS << FLAG_BITS | usize::from(flags))
}

/// Called at the exit of a thread, with the value of its key. Removes the index and returns it, if it is to be released
/// now.
///
/// The C library has set the value to null before. This sets it again in each round of destructors, so that the
/// destructors of other keys find the flags, and before the last call the index. It stops after [`MAX_EXIT_CALLS`],
/// since not every C library limits the rounds itself.
pub(super) fn on_exit(value: usize) -> Option<usize> {
    let flags = value as u8;
    if exit_calls(flags) == MAX_EXIT_CALLS {
        return None;
    }
    let flags = flags + ONE_EXIT_CALL;
    let keeps_index = exit_calls(flags) < LAST_EXIT_CALL;
    let kept = if keeps_index { value >> FLAG_BITS << FLAG_BITS } else { 0 };
    let is_set = key::set(kept | usize::from(flags));
    if keeps_index && is_set { None } else { index_of(value) }
}
