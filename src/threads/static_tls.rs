//! The calling thread's slot by its distance from the thread pointer, where that is the same in all threads.
//!
//! In a shared library each access to a thread-local calls the dynamic linker's `__tls_get_addr`: for C's `malloc`, as long as the rest of
//! a request together. But the thread-locals of the program, and of the libraries that it starts with, lie at one distance from the thread
//! pointer in each thread (static TLS in Drepper's "ELF Handling For Thread-Local Storage", 2003). There one load finds them. Unlike
//! the initial-exec model this asks nothing of the compiler and the linker, and a library that `dlopen` loads does without.

use core::arch::asm;
use core::ffi::{c_int, c_void};
use core::slice;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::local;

/// How far from the thread pointer the slot lies; 0 if that is not known, or not the same in all threads. (There lies the thread pointer
/// itself, or what belongs to the C library.)
static OFFSET: AtomicUsize = AtomicUsize::new(0);

/// Reads the slot of the calling thread for an instance, once that is [ready](Self::prepare).
#[derive(Debug)]
pub(crate) struct SlotReader {
    /// [`OFFSET`], or 0.
    offset: AtomicUsize,
}

impl SlotReader {
    pub(crate) const fn new() -> Self {
        Self { offset: AtomicUsize::new(0) }
    }

    /// From now on the slot can be read, if [`find_out`] has found that.
    pub(crate) fn prepare(&self) {
        self.offset.store(OFFSET.load(Relaxed), Relaxed);
    }

    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        self.offset.load(Relaxed) != 0
    }

    /// As [`local::slot`]; `None` if it is not ready.
    #[inline(always)]
    pub(crate) fn slot(&self) -> Option<usize> {
        let offset = self.offset.load(Relaxed);
        if offset == 0 {
            return None;
        }
        let slot: usize;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the calling thread's slot lies there.
        unsafe {
            asm!("mov {}, fs:[{}]", out(reg) slot, in(reg) offset, options(pure, readonly, nostack, preserves_flags));
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: the calling thread's slot lies there.
        unsafe {
            asm!("mrs {0}, tpidr_el0", "ldr {0}, [{0}, {1}]", out(reg) slot, in(reg) offset, options(pure, readonly, nostack, preserves_flags));
        }
        Some(slot)
    }
}

/// Where the thread-locals of the calling thread lie: an address of its own, a multiple of 16.
#[inline]
pub(super) fn thread_pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the ABI it lies where it points to.
    unsafe {
        asm!("mov {}, fs:[0]", out(reg) pointer, options(pure, readonly, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: reads a register.
    unsafe {
        asm!("mrs {}, tpidr_el0", out(reg) pointer, options(pure, nomem, nostack, preserves_flags));
    }
    pointer
}

/// Finds out whether the offset is the same in all threads. It takes a lock of the dynamic linker, so it is for the start of the program or
/// library.
pub(crate) fn find_out() {
    let mut found = Found { is_first: true, is_own: false };
    // SAFETY: the function is for an argument of that type.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
    if found.is_own {
        OFFSET.store(local::address_of_slot().addr().wrapping_sub(thread_pointer()), Relaxed);
    }
}

/// What [`look`] has found.
struct Found {
    is_first: bool,
    /// Whether what this code is in is the program, or a library that the program has started with.
    is_own: bool,
}

/// Told of the program and then of its libraries, in the order of the linker's list; stops by a result other than 0.
///
/// What `dlopen` loads comes last, behind the C library, and so does not count. That also holds for what defines a `malloc` that is
/// found first, as the symbols are looked for in the same order. In a namespace of `dlmopen` there is no program; in a program that is
/// linked statically, and loads libraries all the same, the C library may come later.
unsafe extern "C" fn look(info: *mut libc::dl_phdr_info, size: usize, found: *mut c_void) -> c_int {
    const GO_ON: c_int = 0;
    const STOP: c_int = 1;
    // Older linkers tell less.
    if size < size_of::<libc::dl_phdr_info>() {
        return STOP;
    }
    // SAFETY: it is passed on by the linker, from `find_out`, which waits for the end of this.
    let found = unsafe { &mut *found.cast::<Found>() };
    // SAFETY: the linker's, of the size that it said.
    let info = unsafe { &*info };
    // SAFETY: there are so many.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let has = |wanted, start: usize, address: usize| {
        let is_in = |header: &libc::Elf64_Phdr| address.wrapping_sub(start) < header.p_memsz as usize;
        headers.iter().any(|header| header.p_type == wanted && is_in(header))
    };
    let is_own = headers.iter().any(|header| {
        let first = info.dlpi_addr.wrapping_add(header.p_vaddr) as usize;
        header.p_type == libc::PT_LOAD && (&raw const OFFSET).addr().wrapping_sub(first) < header.p_memsz as usize
    });
    if found.is_first {
        found.is_first = false;
        // SAFETY: may be asked for whatever.
        let program = unsafe { libc::getauxval(libc::AT_PHDR) } as usize;
        if info.dlpi_phdr.addr() != program {
            return STOP;
        }
        found.is_own = is_own;
        let is_dynamic = headers.iter().any(|header| header.p_type == libc::PT_INTERP);
        // Where it is not glibc it need not be seen by `errno`.
        let may_find_library = is_dynamic && cfg!(target_env = "gnu");
        return if is_own || !may_find_library { STOP } else { GO_ON };
    }
    // SAFETY: it always succeeds.
    let errno = unsafe { libc::__errno_location() }.addr();
    if has(libc::PT_TLS, info.dlpi_tls_data.addr(), errno) {
        return STOP;
    }
    found.is_own = is_own;
    if is_own { STOP } else { GO_ON }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::{SlotReader, find_out};
    use crate::threads::local::slot;
    use crate::threads::number;

    #[test]
    fn each_thread_finds_its_own_slot() {
        let reader = &SlotReader::new();
        assert_eq!((reader.is_ready(), reader.slot()), (false, None));
        find_out();
        reader.prepare();
        assert!(reader.is_ready(), "this is a program");
        let look = || {
            assert_eq!(reader.slot(), Some(slot()));
            let has_slot = number().is_some() && slot() != 0;
            assert_eq!(reader.slot(), Some(slot()));
            has_slot
        };
        let find = || thread::scope(|threads| threads.spawn(look).join().unwrap());
        // Other tests may have all slots for a while.
        let find_or_wait = || find() || (thread::sleep(Duration::from_millis(10)), false).1;
        assert!((0..3000).any(|_| find_or_wait()), "no thread has a slot");
    }
}
