//! The calling thread's own word: its number, and flags for what it is in the middle of.
//!
//! The fast path of each allocator reads the number's slot, so the word lies where a thread finds it soonest and where finding it
//! allocates nothing: in a thread-local of std's where the linker places those (`native`), else in the value of a key of the C library or
//! of Windows (`keyed`). `build.rs` says which systems have which.
//!
//! A thread-local with a destructor would not do: to register one, std or the C library may allocate. At the end of a thread the destructor
//! of a key gives the number back, on Windows a callback of the loader. The destructors of std's thread-locals come before, and still have
//! the number.

#[cfg(unix)]
#[path = "local/key_unix.rs"]
mod key;
#[cfg(windows)]
#[path = "local/key_windows.rs"]
mod key;
#[cfg_attr(native_thread_local, path = "local/native.rs")]
#[cfg_attr(not(native_thread_local), path = "local/keyed.rs")]
mod word;

use super::registry;

/// How many threads have a slot in each instance of an allocator. Slot 0 is that of all threads beyond, and of those without a number.
pub(crate) const SLOTS: usize = 512;

/// The slot of a number.
const fn slot_of(number: Option<usize>) -> usize {
    match number {
        Some(number) if number < SLOTS => number + 1,
        _ => 0,
    }
}

/// What a thread is in the middle of.
#[repr(u8)]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flag {
    /// Taking a number or giving one back, so that it may hold one that it does not know of.
    Numbering = 1 << 0,
}

/// In the flags above all of those is counted how often the thread was told that it ends.
const CALLED_ONCE: u8 = 0b0010_0000;

/// The call that gives the number back for good, so that the destructors of other keys then do without. glibc and Windows come to it when the
/// thread-locals of std are gone; elsewhere std has a key for these, whose destructor is called in the first round but maybe after this
/// one's.
const LAST_CALL: u8 = if cfg!(any(windows, target_env = "gnu")) { 1 } else { 2 };

const fn calls(flags: u8) -> u8 {
    flags / CALLED_ONCE
}

/// The slot of the calling thread, at most [`SLOTS`]; 0 if its number has none, or it has no number yet.
#[inline(always)]
pub(crate) fn slot() -> usize {
    word::slot()
}

/// Where the calling thread's [`slot`] lies.
#[cfg(static_tls)]
pub(super) fn address_of_slot() -> *const usize {
    word::address_of_slot()
}

/// The number that the calling thread has.
#[inline]
pub(crate) fn number() -> Option<usize> {
    word::number()
}

/// Makes `number` the calling thread's, which holds it, until the thread ends: then it [goes back](registry::give_back). Says whether that could
/// be noted. It may allocate, and so come back to whoever asked; then the number is there already.
pub(super) fn set_number(number: usize) -> bool {
    word::set_number(number)
}

/// Whether the calling thread gets no number any more.
pub(super) fn is_ending() -> bool {
    calls(word::flags()) >= LAST_CALL
}

/// Whether `flag` is set for the calling thread.
#[inline]
pub(crate) fn has(flag: Flag) -> bool {
    word::flags() & flag as u8 != 0
}

/// Sets `flag` for the calling thread until it is [cleared](clear), and says whether it could be noted. It always can be where the word is
/// a thread-local; in the value of a key, where there are keys and memory for the thread's values.
///
/// A signal handler may do so, if it leaves all flags as they were.
#[inline]
pub(crate) fn set(flag: Flag) -> bool {
    word::set_flags(word::flags() | flag as u8)
}

/// The calling thread is done with what `flag` says.
#[inline]
pub(crate) fn clear(flag: Flag) {
    // Without a word the flag was not set.
    let _ = word::set_flags(word::flags() & !(flag as u8));
}

/// At the end of a thread, whose [key](key) had that value.
fn ended(value: usize) {
    if let Some(number) = word::end(value) {
        registry::give_back(number);
    }
}
