//! The slot of the calling thread by its offset from the thread pointer, where that is the same in all threads.
//!
//! In a shared library, each access to a thread-local calls `__tls_get_addr` of the dynamic linker. In C's `malloc`
//! that takes as long as the rest of a request. But the thread-locals of the program, and of the libraries that it
//! starts with, have the same offset from the thread pointer in each thread (static TLS in Drepper's "ELF Handling For
//! Thread-Local Storage", 2003), so one load reads them. Unlike the initial-exec model this needs no support of the
//! compiler or linker, and a library that `dlopen` loads works too, without an offset.
//!
//! # Invariants
//!
//! 1. [`OFFSET`], and each copy of it in a [`SlotReader`], is 0, or the offset of [`local::slot`]'s value from the
//!    thread pointer in all threads.

use core::arch::asm;
use core::ffi::{c_int, c_void};
use core::slice;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::local;

/// The offset of the slot from the thread pointer, or 0 if it is unknown or not the same in all threads. No slot is at
/// 0: the thread pointer itself, or data of the C library, is there.
static OFFSET: AtomicUsize = AtomicUsize::new(0);

/// Reads the slot of the calling thread for an instance, once that is [ready](Self::prepare).
#[derive(Debug)]
pub(crate) struct SlotReader {
    /// A copy of [`OFFSET`], or 0 before that.
    offset: AtomicUsize,
}

impl SlotReader {
    pub(crate) const fn new() -> Self {
        Self { offset: AtomicUsize::new(0) }
    }

    /// Makes the reader ready, if [`find_offset`] has found an offset.
    pub(crate) fn prepare(&self) {
        self.offset.store(OFFSET.load(Relaxed), Relaxed);
    }

    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        self.offset.load(Relaxed) != 0
    }

    /// Returns [`local::slot`], or `None` if the reader is not ready.
    #[inline(always)]
    pub(crate) fn slot(&self) -> Option<usize> {
        let offset = self.offset.load(Relaxed);
        if offset == 0 {
            return None;
        }
        let slot: usize;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: by invariant 1 the slot of the calling thread is at that offset.
        unsafe {
            asm!("mov {}, fs:[{}]", out(reg) slot, in(reg) offset, options(pure, readonly, nostack, preserves_flags));
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: by invariant 1 the slot of the calling thread is at that offset.
        unsafe {
            asm!("mrs {0}, tpidr_el0", "ldr {0}, [{0}, {1}]", out(reg) slot, in(reg) offset, options(pure, readonly, nostack, preserves_flags));
        }
        Some(slot)
    }
}

/// Returns the thread pointer of the calling thread: an address that no other living thread has, and a multiple of 16.
#[inline]
pub(super) fn thread_pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the ABI has a copy of the thread pointer at the address that it points to.
    unsafe {
        asm!("mov {}, fs:[0]", out(reg) pointer, options(pure, readonly, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the instruction reads a register.
    unsafe {
        asm!("mrs {}, tpidr_el0", out(reg) pointer, options(pure, nomem, nostack, preserves_flags));
    }
    pointer
}

/// Sets [`OFFSET`] if it is the same in all threads. This acquires a lock of the dynamic linker, so it is for the start
/// of the program or library.
pub(crate) fn find_offset() {
    let mut search = ModuleSearch { is_first: true, has_static_tls: false };
    // SAFETY: the function passes the pointer to `visit_module`, which expects a `ModuleSearch`.
    unsafe { libc::dl_iterate_phdr(Some(visit_module), (&raw mut search).cast()) };
    if search.has_static_tls {
        OFFSET.store(local::address_of_slot().addr().wrapping_sub(thread_pointer()), Relaxed);
    }
}

/// A search for the module that contains this code, among the program and the libraries that it starts with.
struct ModuleSearch {
    /// Whether the next module is the first one.
    is_first: bool,
    /// Whether the module was found, so that its thread-locals are at one offset in all threads.
    has_static_tls: bool,
}

/// Called for the program and then for each library, in the order of the linker's list, until it returns a value other
/// than 0.
///
/// The search ends at the C library. A library that `dlopen` loads comes after it, at the end of the list, and so is
/// not found. A library whose `malloc` replaces that of the C library comes before it, because symbols are looked up in
/// the same order. The search also ends at the first module if that is not the program, as in a namespace of `dlmopen`;
/// or if the program is linked statically, since the C library may come after libraries that such a program loads.
unsafe extern "C" fn visit_module(info: *mut libc::dl_phdr_info, size: usize, search: *mut c_void) -> c_int {
    const CONTINUE: c_int = 0;
    const STOP: c_int = 1;
    // Older linkers have a shorter struct.
    if size < size_of::<libc::dl_phdr_info>() {
        return STOP;
    }
    // SAFETY: the linker passes on the pointer of `find_offset`, whose value is not used otherwise until the search has
    // ended.
    let search = unsafe { &mut *search.cast::<ModuleSearch>() };
    // SAFETY: the linker's struct is live during the call, and at least as long as this type.
    let info = unsafe { &*info };
    // SAFETY: the linker's struct says that there are as many headers, which stay as long as the module.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let has_thread_local = |address: usize| {
        let start = info.dlpi_tls_data.addr();
        let contains = |header: &libc::Elf64_Phdr| address.wrapping_sub(start) < header.p_memsz as usize;
        headers.iter().any(|header| header.p_type == libc::PT_TLS && contains(header))
    };
    let contains_this_code = headers.iter().any(|header| {
        let start = info.dlpi_addr.wrapping_add(header.p_vaddr) as usize;
        header.p_type == libc::PT_LOAD && (&raw const OFFSET).addr().wrapping_sub(start) < header.p_memsz as usize
    });
    if search.is_first {
        search.is_first = false;
        // SAFETY: the function has no preconditions.
        let program_headers = unsafe { libc::getauxval(libc::AT_PHDR) } as usize;
        if info.dlpi_phdr.addr() != program_headers {
            return STOP;
        }
        search.has_static_tls = contains_this_code;
        let is_dynamic = headers.iter().any(|header| header.p_type == libc::PT_INTERP);
        // The C library is recognised by its `errno`, which only glibc is known to keep in a thread-local.
        let can_find_c_library = is_dynamic && cfg!(target_env = "gnu");
        return if contains_this_code || !can_find_c_library { STOP } else { CONTINUE };
    }
    // SAFETY: the function has no preconditions.
    let errno = unsafe { libc::__errno_location() }.addr();
    if has_thread_local(errno) {
        return STOP;
    }
    search.has_static_tls = contains_this_code;
    if contains_this_code { STOP } else { CONTINUE }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::{SlotReader, find_offset};
    use crate::threads::local::slot;
    use crate::threads::thread_index;

    #[test]
    fn each_thread_finds_its_own_slot() {
        let reader = &SlotReader::new();
        assert_eq!((reader.is_ready(), reader.slot()), (false, None));
        find_offset();
        reader.prepare();
        assert!(reader.is_ready(), "a program has static TLS");
        let look = || {
            assert_eq!(reader.slot(), Some(slot()));
            let has_slot = thread_index().is_some() && slot() != 0;
            assert_eq!(reader.slot(), Some(slot()));
            has_slot
        };
        let finds_slot = || thread::scope(|threads| threads.spawn(look).join().unwrap());
        // Threads of other tests may have all slots for a while.
        let find_or_wait = || finds_slot() || (thread::sleep(Duration::from_millis(10)), false).1;
        assert!((0..3000).any(|_| find_or_wait()), "no thread has a slot");
    }
}
