//! A slot of Windows for each thread, and a callback that the loader calls at the end of each thread.
//!
//! The callback is found as std's is: by a table that the linker makes of all sections `.CRT$XL` and a letter, in the order of the letters.
//! std's is called first, so destructors of thread-locals still have the thread's number. It runs under the loader's lock, so it waits for
//! nothing.

use core::ffi::c_void;

use crate::sync::{AtomicUsize, Ordering};

pub(super) use slot::{get, set};

/// The reasons of a call.
const PROCESS_DETACH: u32 = 0;
const PROCESS_ATTACH: u32 = 1;
const THREAD_DETACH: u32 = 3;

#[used]
// SAFETY: the functions there are called with such arguments.
#[unsafe(link_section = ".CRT$XLY")]
static CALLBACK: unsafe extern "system" fn(*mut c_void, u32, *mut c_void) = callback;

/// 1 from the callback's first call on: if the linker has left the table out, it is never called, and no thread gets a number.
static IS_CALLED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "system" fn callback(_: *mut c_void, reason: u32, is_process_ending: *mut c_void) {
    match reason {
        PROCESS_ATTACH => IS_CALLED.store(1, Ordering::Relaxed),
        THREAD_DETACH => super::ended(get()),
        PROCESS_DETACH if is_process_ending.is_null() => slot::delete(),
        _ => {}
    }
}

fn is_called() -> bool {
    // So that the linker keeps it.
    core::hint::black_box(&CALLBACK);
    IS_CALLED.load(Ordering::Relaxed) != 0
}

/// The word is elsewhere.
#[cfg(native_thread_local)]
mod slot {
    pub(in super::super) fn get() -> usize {
        0
    }

    pub(in super::super) fn set(_: usize) -> bool {
        super::is_called()
    }

    pub(super) fn delete() {}
}

#[cfg(not(native_thread_local))]
mod slot {
    use core::ptr;

    use windows_sys::Win32::Foundation::{GetLastError, SetLastError};
    use windows_sys::Win32::System::Threading::{TLS_OUT_OF_INDEXES, TlsAlloc, TlsFree, TlsGetValue, TlsSetValue};

    use crate::sync::{AtomicUsize, Ordering};

    /// One more than its index; or one of these.
    static SLOT: AtomicUsize = AtomicUsize::new(NO_SLOT_YET);
    const NO_SLOT_YET: usize = 0;
    const NO_SLOT_ANY_MORE: usize = usize::MAX;

    #[inline]
    fn index_of(state: usize) -> Option<u32> {
        (state != NO_SLOT_YET && state != NO_SLOT_ANY_MORE).then(|| (state - 1) as u32)
    }

    /// What the calling thread has set; 0 if nothing.
    #[inline]
    pub(in super::super) fn get() -> usize {
        let Some(index) = index_of(SLOT.load(Ordering::Relaxed)) else { return 0 };
        // An allocation leaves the last error as it is; that function does not.
        // SAFETY: without conditions.
        let error = unsafe { GetLastError() };
        // SAFETY: the slot was made.
        let value = unsafe { TlsGetValue(index) }.addr();
        // SAFETY: without conditions.
        unsafe { SetLastError(error) };
        value
    }

    /// Sets the calling thread's value, and says whether it could be.
    pub(in super::super) fn set(value: usize) -> bool {
        let index = match SLOT.load(Ordering::Relaxed) {
            NO_SLOT_YET => make(),
            state => index_of(state),
        };
        // SAFETY: the slot was made; nobody reads what is at the address.
        let is_set = |index| unsafe { TlsSetValue(index, ptr::without_provenance(value)) } != 0;
        super::is_called() && index.is_some_and(is_set)
    }

    #[cold]
    fn make() -> Option<u32> {
        // SAFETY: without conditions.
        let index = unsafe { TlsAlloc() };
        if index == TLS_OUT_OF_INDEXES {
            return None;
        }
        match SLOT.compare_exchange(NO_SLOT_YET, index as usize + 1, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => Some(index),
            Err(state) => {
                // SAFETY: made above, and no thread has used it.
                unsafe { TlsFree(index) };
                index_of(state)
            }
        }
    }

    /// When the library that this is in is unloaded.
    pub(super) fn delete() {
        if let Some(index) = index_of(SLOT.swap(NO_SLOT_ANY_MORE, Ordering::Relaxed)) {
            // SAFETY: made here, and no thread runs this library's code any more.
            unsafe { TlsFree(index) };
        }
    }
}
