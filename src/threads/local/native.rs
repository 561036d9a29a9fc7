//! The state in a thread-local of std's without a destructor. The linker places it, and it is zero at first.

use core::cell::Cell;
use std::thread_local;

use super::{LAST_EXIT_CALL, ONE_EXIT_CALL, exit_calls, key, slot_of};

struct Local {
    slot: Cell<usize>,
    /// One more than the index, or 0.
    index: Cell<usize>,
    flags: Cell<u8>,
}

thread_local! {
    static LOCAL: Local = const { Local { slot: Cell::new(0), index: Cell::new(0), flags: Cell::new(0) } };
}

#[inline(always)]
pub(super) fn slot() -> usize {
    LOCAL.with(|local| local.slot.get())
}

#[cfg(static_tls)]
pub(super) fn address_of_slot() -> *const usize {
    LOCAL.with(|local| local.slot.as_ptr().cast_const())
}

#[inline]
pub(super) fn thread_index() -> Option<usize> {
    LOCAL.with(|local| local.index.get().checked_sub(1))
}

fn store_thread_index(index: Option<usize>) {
    LOCAL.with(|local| {
        local.index.set(index.map_or(0, |index| index + 1));
        local.slot.set(slot_of(index));
    });
}

/// Returns whether a value of that key may be set without a call back to this module.
#[cfg(unix)]
pub(super) fn can_use_key(_: usize) -> bool {
    // A call back is harmless: it finds the index stored.
    true
}

pub(super) fn set_thread_index(index: usize) -> bool {
    // Before the key is set, which may call this module again.
    store_thread_index(Some(index));
    // Any value makes the destructor of the key run.
    let will_be_released = key::set(1);
    if !will_be_released {
        // A call that used the index meanwhile has returned.
        store_thread_index(None);
    }
    will_be_released
}

#[inline]
pub(super) fn flags() -> u8 {
    LOCAL.with(|local| local.flags.get())
}

#[inline]
pub(super) fn set_flags(flags: u8) -> bool {
    LOCAL.with(|local| local.flags.set(flags));
    true
}

/// Called at the exit of a thread. Removes the index and returns it, if this is the last call; else this is called
/// again.
pub(super) fn on_exit(_: usize) -> Option<usize> {
    set_flags(flags() + ONE_EXIT_CALL);
    if exit_calls(flags()) < LAST_EXIT_CALL && key::set(1) {
        return None;
    }
    let index = thread_index();
    store_thread_index(None);
    index
}
