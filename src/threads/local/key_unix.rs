//! A key of the C library: a value for each thread, and a destructor that runs at the exit of each thread that has set
//! a value.
//!
//! Setting a value never allocates from a registered default. It may call C's `malloc`, so it may fail: with glibc from
//! the 33rd key of the process on, with FreeBSD, DragonFly and OpenBSD for the first value of a thread. With glibc,
//! where `malloc` may be a pool, it may also call this module again.
//!
//! # Invariants
//!
//! 1. [`KEY`] is [`NOT_CREATED`], [`DELETED`], or one more than a key that this module has created and not deleted.
//! 2. A value of the key is an address that is never accessed.

use core::ffi::c_void;
use core::ptr;

use crate::sync::{AtomicUsize, Ordering};

static KEY: AtomicUsize = AtomicUsize::new(NOT_CREATED);
const NOT_CREATED: usize = 0;
const DELETED: usize = usize::MAX;

/// Returns the key for a state of [`KEY`].
#[inline]
fn key_of(state: usize) -> Option<libc::pthread_key_t> {
    (state != NOT_CREATED && state != DELETED).then(|| (state - 1) as libc::pthread_key_t)
}

/// Returns the value of the calling thread, or 0.
#[inline]
#[cfg_attr(native_thread_local, expect(dead_code, reason = "the state is in a thread-local"))]
pub(super) fn get() -> usize {
    match key_of(KEY.load(Ordering::Relaxed)) {
        // SAFETY: by invariant 1 the key exists.
        Some(key) => unsafe { libc::pthread_getspecific(key) }.addr(),
        None => 0,
    }
}

/// Sets the value of the calling thread, and returns whether that was possible.
#[inline]
pub(super) fn set(value: usize) -> bool {
    // Acquire for what the system has noted about the key: some read that without a lock.
    let key = match KEY.load(Ordering::Acquire) {
        NOT_CREATED => create_key(),
        state => key_of(state),
    };
    // SAFETY: by invariant 1 the key exists.
    key.is_some_and(|key| unsafe { libc::pthread_setspecific(key, ptr::without_provenance(value)) } == 0)
}

#[cold]
fn create_key() -> Option<libc::pthread_key_t> {
    let mut key = 0;
    // SAFETY: the function writes the key to a valid place. The destructor may be called at the exit of any thread,
    // with any value.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(on_thread_exit)) } != 0 {
        return None;
    }
    if !super::storage::can_use_key(key as usize) {
        // SAFETY: created above, and not used.
        unsafe { libc::pthread_key_delete(key) };
        return None;
    }
    match KEY.compare_exchange(NOT_CREATED, key as usize + 1, Ordering::Release, Ordering::Acquire) {
        Ok(_) => {
            unloading::register();
            Some(key)
        }
        Err(state) => {
            // SAFETY: created above, and not used.
            unsafe { libc::pthread_key_delete(key) };
            key_of(state)
        }
    }
}

unsafe extern "C" fn on_thread_exit(value: *mut c_void) {
    super::on_exit(value.addr());
}

/// Deletes the key when the process ends or this library is unloaded, since the destructor must not run any more, and
/// keys are few. Threads that go on have neither index nor flags.
fn delete_key() {
    if let Some(key) = key_of(KEY.swap(DELETED, Ordering::Relaxed)) {
        // SAFETY: by invariant 1 the key existed, and only this swap has removed it. The destructor does not run for
        // its values, and need not.
        unsafe { libc::pthread_key_delete(key) };
    }
}

#[cfg(not(target_vendor = "apple"))]
mod unloading {
    #[used]
    // SAFETY: the functions in this section are called without arguments.
    #[unsafe(link_section = ".fini_array")]
    static ON_UNLOAD: extern "C" fn() = on_unload;

    extern "C" fn on_unload() {
        super::delete_key();
    }

    /// Does nothing: the section is enough.
    pub(super) fn register() {}
}

#[cfg(target_vendor = "apple")]
mod unloading {
    use core::ffi::{c_int, c_void};
    use core::ptr;

    unsafe extern "C" {
        /// Its address identifies the library that contains this code.
        static __dso_handle: u8;
        fn __cxa_atexit(handler: extern "C" fn(*mut c_void), argument: *mut c_void, library: *const u8) -> c_int;
    }

    extern "C" fn on_unload(_: *mut c_void) {
        super::delete_key();
    }

    /// Has [`on_unload`] called before this library is unloaded.
    pub(super) fn register() {
        // SAFETY: the system calls the handler before it unmaps the library, and the handler ignores its argument.
        unsafe { __cxa_atexit(on_unload, ptr::null_mut(), &raw const __dso_handle) };
    }
}
