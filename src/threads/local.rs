//! The thread-local state of the calling thread: its index, the slot that follows from it, and flags.
//!
//! The fast path of each allocator reads the slot. So the state lies where a thread finds it soonest, and where no
//! access allocates: in a thread-local of std's where the linker places those (`native`), else in the value of a key of
//! the C library or of Windows (`keyed`). `build.rs` decides which.
//!
//! It is not a thread-local with a destructor, because std or the C library may allocate to register one. Instead the
//! destructor of a key releases the index when the thread exits; on Windows, a callback of the loader does. They run
//! after the destructors of std's thread-locals, which still have the index.
//!
//! # Invariants
//!
//! 1. The slot is 0, or one more than the index, which is below [`SLOTS`] then. So the slot is at most `SLOTS`.
//! 2. The thread holds the index that is stored, in the [`registry`], and releases it after it has removed it here.

#[cfg(unix)]
#[path = "local/key_unix.rs"]
mod key;
#[cfg(windows)]
#[path = "local/key_windows.rs"]
mod key;
#[cfg_attr(native_thread_local, path = "local/native.rs")]
#[cfg_attr(not(native_thread_local), path = "local/keyed.rs")]
mod storage;

use super::registry;

/// The number of threads that have a slot in each instance of an allocator. Slot 0 is that of all threads beyond, and
/// of threads without an index.
pub(crate) const SLOTS: usize = 512;

/// Returns the slot of an index.
const fn slot_of(index: Option<usize>) -> usize {
    match index {
        Some(index) if index < SLOTS => index + 1,
        _ => 0,
    }
}

/// A state of the calling thread.
#[repr(u8)]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flag {
    /// The thread may hold an index that is not stored here: it is acquiring or releasing one.
    UnrecordedIndex = 1 << 0,
    /// The thread is running the hook of a [`Trace`](crate::Trace).
    Hook = 1 << 1,
    /// The thread samples or reports for a profile.
    #[cfg(feature = "profile")]
    Profiling = 1 << 2,
}

/// Added to the flags at each call of [`on_exit`]: the bits above all flags count the calls.
const ONE_EXIT_CALL: u8 = 0b0010_0000;

/// The call of [`on_exit`] that releases the index for good. Destructors of other keys that run later have no index. With
/// glibc and on Windows the first call comes after the thread-locals of std are gone. Elsewhere std has a key for
/// these, whose destructor runs in the first round, but maybe after the first call.
const LAST_EXIT_CALL: u8 = if cfg!(any(windows, target_env = "gnu")) { 1 } else { 2 };

/// Returns how many calls of [`on_exit`] are counted in `flags`.
const fn exit_calls(flags: u8) -> u8 {
    flags / ONE_EXIT_CALL
}

/// Returns the slot of the calling thread, at most [`SLOTS`]; 0 if its index has none, or it has no index yet.
#[inline(always)]
pub(crate) fn slot() -> usize {
    storage::slot()
}

/// Returns the address of the calling thread's [`slot`].
#[cfg(static_tls)]
pub(super) fn address_of_slot() -> *const usize {
    storage::address_of_slot()
}

/// Returns the index of the calling thread, if it has one already.
#[inline]
pub(crate) fn thread_index() -> Option<usize> {
    storage::thread_index()
}

/// Stores `index`, which the calling thread holds, until the thread exits. Then it is [released](registry::release).
/// Returns whether it could be stored.
///
/// This may allocate, and so call the allocator that wants an index again. That call finds the index stored, or
/// acquires another.
pub(super) fn set_thread_index(index: usize) -> bool {
    storage::set_thread_index(index)
}

/// Returns whether the calling thread has released its index for good.
pub(super) fn is_exiting() -> bool {
    exit_calls(storage::flags()) >= LAST_EXIT_CALL
}

/// Returns whether `flag` is set for the calling thread.
#[inline]
pub(crate) fn has(flag: Flag) -> bool {
    storage::flags() & flag as u8 != 0
}

/// Sets `flag` for the calling thread until it is [cleared](clear), and returns whether it could be stored. In a
/// thread-local it always can. In the value of a key it can if there is a key, and memory for the values of the thread.
///
/// A signal handler may set and clear flags, if it leaves all of them as they were.
#[inline]
pub(crate) fn set(flag: Flag) -> bool {
    storage::set_flags(storage::flags() | flag as u8)
}

/// Clears `flag` for the calling thread.
#[inline]
pub(crate) fn clear(flag: Flag) {
    // An error means that nothing can be stored, so the flag was not set.
    let _ = storage::set_flags(storage::flags() & !(flag as u8));
}

/// Called at the exit of a thread, once or several times, with the value of its [`key`].
fn on_exit(value: usize) {
    if let Some(index) = storage::on_exit(value) {
        registry::release(index);
    }
}
