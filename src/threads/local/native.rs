//! The word in a thread-local of std's, without a destructor: found by the linker, and zero bytes at first.

use core::cell::Cell;
use std::thread_local;

use super::{CALLED_ONCE, LAST_CALL, calls, key, slot_of};

struct Local {
    slot: Cell<usize>,
    /// One more than the number, or 0.
    number: Cell<usize>,
    flags: Cell<u8>,
}

thread_local! {
    static LOCAL: Local = const { Local { slot: Cell::new(0), number: Cell::new(0), flags: Cell::new(0) } };
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
pub(super) fn number() -> Option<usize> {
    LOCAL.with(|local| local.number.get().checked_sub(1))
}

fn change_number(number: Option<usize>) {
    LOCAL.with(|local| {
        local.number.set(number.map_or(0, |number| number + 1));
        local.slot.set(slot_of(number));
    });
}

/// Whether setting the value of that key does no harm.
#[cfg(unix)]
pub(super) fn bears(_: usize) -> bool {
    true
}

pub(super) fn set_number(number: usize) -> bool {
    // Before the key is set: that may come back here.
    change_number(Some(number));
    // Any value has the key's destructor called.
    let is_noted = key::set(1);
    if !is_noted {
        // What came back here is done with the number.
        change_number(None);
    }
    is_noted
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

/// Called at the end of a thread: its number, if that is to go back now. Else this is called again.
pub(super) fn end(_: usize) -> Option<usize> {
    set_flags(flags() + CALLED_ONCE);
    if calls(flags()) < LAST_CALL && key::set(1) {
        return None;
    }
    let number = number();
    change_number(None);
    number
}
