//! A key of the C library: a value for each thread, and a destructor that is called at the end of a thread that has set one.
//!
//! No C library allocates for that from a registered default. From C's `malloc` do glibc, for the 33rd key of a process on, and FreeBSD,
//! DragonFly and OpenBSD, for a thread's first value. So setting it may fail; and with glibc, where `malloc` may be a pool's, it may come
//! back here.

use core::ffi::c_void;
use core::ptr;

use crate::sync::{AtomicUsize, Ordering};

/// One more than the key; or one of these.
static KEY: AtomicUsize = AtomicUsize::new(NO_KEY_YET);
const NO_KEY_YET: usize = 0;
const NO_KEY_ANY_MORE: usize = usize::MAX;

/// The key that `state` of [`KEY`] stands for.
#[inline]
fn key_of(state: usize) -> Option<libc::pthread_key_t> {
    (state != NO_KEY_YET && state != NO_KEY_ANY_MORE).then(|| (state - 1) as libc::pthread_key_t)
}

/// What the calling thread has set; 0 if nothing.
#[inline]
#[cfg_attr(native_thread_local, expect(dead_code, reason = "the word is elsewhere"))]
pub(super) fn get() -> usize {
    match key_of(KEY.load(Ordering::Relaxed)) {
        // SAFETY: the key was made.
        Some(key) => unsafe { libc::pthread_getspecific(key) }.addr(),
        None => 0,
    }
}

/// Sets the calling thread's value, and says whether it could be.
#[inline]
pub(super) fn set(value: usize) -> bool {
    let key = match KEY.load(Ordering::Relaxed) {
        NO_KEY_YET => make_key(),
        state => key_of(state),
    };
    // SAFETY: the key was made; nobody reads what is at the address.
    key.is_some_and(|key| unsafe { libc::pthread_setspecific(key, ptr::without_provenance(value)) } == 0)
}

#[cold]
fn make_key() -> Option<libc::pthread_key_t> {
    let mut key = 0;
    // SAFETY: writes the key. The destructor may be called at the end of any thread that has one set.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(at_the_end_of_a_thread)) } != 0 {
        return None;
    }
    if !super::word::bears(key as usize) {
        // SAFETY: made above, and no thread has used it.
        unsafe { libc::pthread_key_delete(key) };
        return None;
    }
    match KEY.compare_exchange(NO_KEY_YET, key as usize + 1, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => {
            unloading::note();
            Some(key)
        }
        Err(state) => {
            // SAFETY: made above, and no thread has used it.
            unsafe { libc::pthread_key_delete(key) };
            key_of(state)
        }
    }
}

unsafe extern "C" fn at_the_end_of_a_thread(value: *mut c_void) {
    super::ended(value.addr());
}

/// When the process ends, or the library that this is in is unloaded: then the destructor must not be called any more, and there are not
/// many keys. Threads that go on have neither number nor flags.
fn delete_key() {
    if let Some(key) = key_of(KEY.swap(NO_KEY_ANY_MORE, Ordering::Relaxed)) {
        // SAFETY: made here. A thread that has it set has no destructor called for it, and needs none.
        unsafe { libc::pthread_key_delete(key) };
    }
}

#[cfg(not(target_vendor = "apple"))]
mod unloading {
    #[used]
    // SAFETY: the functions there are called without arguments.
    #[unsafe(link_section = ".fini_array")]
    static AT_THE_END: extern "C" fn() = at_the_end;

    extern "C" fn at_the_end() {
        super::delete_key();
    }

    pub(super) fn note() {}
}

#[cfg(target_vendor = "apple")]
mod unloading {
    use core::ffi::{c_int, c_void};
    use core::ptr;

    unsafe extern "C" {
        /// Its address stands for the library that this is in.
        static __dso_handle: u8;
        fn __cxa_atexit(handler: extern "C" fn(*mut c_void), argument: *mut c_void, library: *const u8) -> c_int;
    }

    extern "C" fn at_the_end(_: *mut c_void) {
        super::delete_key();
    }

    pub(super) fn note() {
        // SAFETY: the handler is called before its code goes.
        unsafe { __cxa_atexit(at_the_end, ptr::null_mut(), &raw const __dso_handle) };
    }
}
