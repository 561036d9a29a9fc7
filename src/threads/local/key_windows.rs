//! A value for each thread in a TLS index of Windows, and a callback that the loader calls at the exit of each thread.
//!
//! The loader finds the callback as it finds std's: in a table that the linker makes of all sections `.CRT$XL` and a
//! letter, in the order of the letters. std's is called first, so destructors of thread-locals still have the thread's
//! index. The callback runs under the loader's lock, so it waits for nothing.

use core::ffi::c_void;

use crate::sync::{AtomicUsize, Ordering};

pub(super) use value::{get, set};

/// The reasons of a call.
const PROCESS_DETACH: u32 = 0;
const PROCESS_ATTACH: u32 = 1;
const THREAD_DETACH: u32 = 3;

#[used]
// SAFETY: the functions in this section are called with these arguments.
#[unsafe(link_section = ".CRT$XLY")]
static CALLBACK: unsafe extern "system" fn(*mut c_void, u32, *mut c_void) = callback;

/// 1 once the callback was called. If the linker has left out the table, it never is, and no thread gets an index.
static IS_CALLED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "system" fn callback(_: *mut c_void, reason: u32, is_process_ending: *mut c_void) {
    match reason {
        PROCESS_ATTACH => IS_CALLED.store(1, Ordering::Relaxed),
        THREAD_DETACH => super::on_exit(get()),
        PROCESS_DETACH if is_process_ending.is_null() => value::delete(),
        _ => {}
    }
}

fn is_called() -> bool {
    // Makes the linker keep the table.
    core::hint::black_box(&CALLBACK);
    IS_CALLED.load(Ordering::Relaxed) != 0
}

/// No value: the state is in a thread-local, and the callback needs none.
#[cfg(native_thread_local)]
mod value {
    pub(in super::super) fn get() -> usize {
        0
    }

    pub(in super::super) fn set(_: usize) -> bool {
        super::is_called()
    }

    pub(super) fn delete() {}
}

/// # Invariants
///
/// 1. [`TLS_INDEX`] is [`NOT_ALLOCATED`], [`FREED`], or one more than a TLS index that this module has allocated and
///    not freed.
/// 2. A value is an address that is never accessed.
#[cfg(not(native_thread_local))]
mod value {
    use core::ptr;

    use windows_sys::Win32::Foundation::{GetLastError, SetLastError};
    use windows_sys::Win32::System::Threading::{TLS_OUT_OF_INDEXES, TlsAlloc, TlsFree, TlsGetValue, TlsSetValue};

    use crate::sync::{AtomicUsize, Ordering};

    static TLS_INDEX: AtomicUsize = AtomicUsize::new(NOT_ALLOCATED);
    const NOT_ALLOCATED: usize = 0;
    const FREED: usize = usize::MAX;

    /// Returns the TLS index for a state of [`TLS_INDEX`].
    #[inline]
    fn tls_index_of(state: usize) -> Option<u32> {
        (state != NOT_ALLOCATED && state != FREED).then(|| (state - 1) as u32)
    }

    /// Returns the value of the calling thread, or 0.
    #[inline]
    pub(in super::super) fn get() -> usize {
        let Some(index) = tls_index_of(TLS_INDEX.load(Ordering::Relaxed)) else { return 0 };
        // `TlsGetValue` changes the last error, and an allocation must not.
        // SAFETY: the function has no preconditions.
        let error = unsafe { GetLastError() };
        // SAFETY: by invariant 1 the index is allocated.
        let value = unsafe { TlsGetValue(index) }.addr();
        // SAFETY: the function has no preconditions.
        unsafe { SetLastError(error) };
        value
    }

    /// Sets the value of the calling thread, and returns whether that was possible.
    pub(in super::super) fn set(value: usize) -> bool {
        // Acquire for what the system has noted about the index.
        let index = match TLS_INDEX.load(Ordering::Acquire) {
            NOT_ALLOCATED => allocate(),
            state => tls_index_of(state),
        };
        // SAFETY: by invariant 1 the index is allocated.
        let is_set = |index| unsafe { TlsSetValue(index, ptr::without_provenance(value)) } != 0;
        super::is_called() && index.is_some_and(is_set)
    }

    #[cold]
    fn allocate() -> Option<u32> {
        // SAFETY: the function has no preconditions.
        let index = unsafe { TlsAlloc() };
        if index == TLS_OUT_OF_INDEXES {
            return None;
        }
        match TLS_INDEX.compare_exchange(NOT_ALLOCATED, index as usize + 1, Ordering::Release, Ordering::Acquire) {
            Ok(_) => Some(index),
            Err(state) => {
                // SAFETY: allocated above, and not used.
                unsafe { TlsFree(index) };
                tls_index_of(state)
            }
        }
    }

    /// Frees the TLS index when this library is unloaded.
    pub(super) fn delete() {
        if let Some(index) = tls_index_of(TLS_INDEX.swap(FREED, Ordering::Relaxed)) {
            // SAFETY: by invariant 1 it was allocated, and only this swap has removed it. No thread runs code of this
            // library any more.
            unsafe { TlsFree(index) };
        }
    }
}
