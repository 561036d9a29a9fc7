//! When a library is unloaded by `dlclose`, the pools in its statics give back what they hold. Nobody else ever could: a static is not
//! dropped, and the code that knows of it is gone.
//!
//! # Invariants
//!
//! 1. Only a library that `dlopen` has loaded can be unloaded, so only in such a one a pool is noted. [`look`] says how it is known.
//! 2. The functions of `.fini_array` run at the end of the process as well, while other threads use the pools. [`at_exit`] runs before
//!    them then, and they do nothing.
//! 3. Who unloads a library promises that no thread runs its code any more. So no thread is inside of a pool, and all caches are at
//!    rest, those of threads that live as well.
//! 4. If any block is in use, the heap stays, and only what is free is given back: somebody may have the block still. (So it is in
//!    the child of a fork, where it is not known what other threads were doing.)
//! 5. Code that runs later nevertheless, a destructor of another library for instance, finds pools without memory, and may use them.

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};
use core::slice;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};

unsafe extern "C" {
    fn __cxa_atexit(handler: extern "C" fn(*mut c_void), argument: *mut c_void, library: *mut c_void) -> c_int;
    fn __cxa_finalize(library: *mut c_void);
}

/// The pool that a heap is made for, and what unloads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    /// It may be moved later on.
    pub(crate) pool: *const (),
    /// For the pool and its heap.
    pub(crate) unload: unsafe fn(*const (), NonNull<()>),
}

/// A pool in a static of this library.
struct Noted {
    heap: AtomicPtr<()>,
    /// Set by who has put a heap there.
    home: Cell<Option<Home>>,
}

// SAFETY: the pool is read when no thread notes one.
unsafe impl Sync for Noted {}

/// Those that find no place keep what they have when the library goes.
static NOTED: [Noted; 64] = [const { Noted { heap: AtomicPtr::new(ptr::null_mut()), home: Cell::new(None) } }; 64];

/// Where this library lies, if it can be unloaded; else both are 0.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// Whether the process ends.
static EXITS: AtomicBool = AtomicBool::new(false);

/// What [`at_exit`] is registered for: not the library, for which handlers are called whenever it goes.
static EXIT: u8 = 0;

/// If the pool lies in a static of a library that can be unloaded: from now on `heap`, which is the pool's, is given back then.
pub(super) fn note(home: Home, heap: NonNull<()>) {
    if !(START.load(Relaxed)..END.load(Relaxed)).contains(&home.pool.addr()) {
        return;
    }
    let take = |noted: &&Noted| noted.heap.compare_exchange(ptr::null_mut(), heap.as_ptr(), Relaxed, Relaxed).is_ok();
    if let Some(noted) = NOTED.iter().find(take) {
        noted.home.set(Some(home));
    }
}

/// The pool of `heap` is dropped.
pub(super) fn forget(heap: NonNull<()>) {
    if START.load(Relaxed) == 0 {
        return;
    }
    let leave = |noted: &Noted| noted.heap.compare_exchange(heap.as_ptr(), ptr::null_mut(), Relaxed, Relaxed).is_ok();
    NOTED.iter().any(leave);
}

#[used]
// SAFETY: the functions there are called with arguments that one of C's may ignore. This is one of the first of its library.
#[unsafe(link_section = ".init_array.00000")]
static AT_THE_START: extern "C" fn() = loaded;

#[used]
// SAFETY: the functions there are called without arguments. They are called from the last to the first, so this is one of the
// last.
#[unsafe(link_section = ".fini_array.00000")]
static AT_THE_END: extern "C" fn() = unloaded;

extern "C" fn loaded() {
    let mut found = Found { own: None, has_program: false, has_errno: false };
    // SAFETY: the function is for an argument of that type.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
    let Found { own: Some((start, end)), has_program: true, has_errno: true } = found else { return };
    // SAFETY: the handler is taken away again before its code goes.
    if unsafe { __cxa_atexit(at_exit, ptr::null_mut(), (&raw const EXIT).cast_mut().cast()) } == 0 {
        START.store(start, Relaxed);
        END.store(end, Relaxed);
    }
}

/// What [`look`] has found.
#[derive(Debug)]
struct Found {
    /// Where this library lies, if the calling thread has no thread-locals of it yet.
    own: Option<(usize, usize)>,
    /// The program itself.
    has_program: bool,
    /// The thread-locals of a library that the program has started with: of the C library.
    has_errno: bool,
}

/// Told of this library, and each other one.
///
/// The thread-locals of the program, and of libraries that it starts with, are allocated with each thread; those of a library that
/// `dlopen` loads, mostly when a thread first uses one, and nobody has used one of these yet. That the linker tells of the former is
/// seen by `errno`. That this is no separate namespace (`dlmopen`), whose handlers `exit` does not call, is seen by the program.
unsafe extern "C" fn look(info: *mut libc::dl_phdr_info, size: usize, found: *mut c_void) -> c_int {
    // Older linkers tell less.
    if size < size_of::<libc::dl_phdr_info>() {
        return 0;
    }
    // SAFETY: it is passed on by the linker, from `loaded`, which waits for the end of this.
    let found = unsafe { &mut *found.cast::<Found>() };
    // SAFETY: the linker's, of the size that it said.
    let info = unsafe { &*info };
    // SAFETY: there are so many.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    // SAFETY: may be asked for whatever.
    found.has_program |= info.dlpi_phdr.addr() == unsafe { libc::getauxval(libc::AT_PHDR) } as usize;
    // SAFETY: it always succeeds.
    let errno = unsafe { libc::__errno_location() }.addr();
    let thread_locals = info.dlpi_tls_data.addr();
    let (mut start, mut end, mut is_own) = (usize::MAX, 0, false);
    for header in headers {
        let first = info.dlpi_addr.wrapping_add(header.p_vaddr) as usize;
        let behind = first.wrapping_add(header.p_memsz as usize);
        if header.p_type == libc::PT_LOAD {
            (start, end) = (start.min(first), end.max(behind));
            is_own |= (first..behind).contains(&(&raw const NOTED).addr());
        } else if header.p_type == libc::PT_TLS && thread_locals != 0 {
            found.has_errno |= errno.wrapping_sub(thread_locals) < header.p_memsz as usize;
        }
    }
    if is_own && info.dlpi_tls_modid != 0 && thread_locals == 0 {
        found.own = Some((start, end));
    }
    0
}

/// `exit` calls this first, since it was registered after the program had started.
extern "C" fn at_exit(_: *mut c_void) {
    EXITS.store(true, Relaxed);
}

/// The process ends, or the library is unloaded.
extern "C" fn unloaded() {
    if START.load(Relaxed) == 0 || EXITS.load(Relaxed) {
        return;
    }
    // That calls it too.
    // SAFETY: nothing but `at_exit` is registered for that.
    unsafe { __cxa_finalize((&raw const EXIT).cast_mut().cast()) };
    START.store(0, Relaxed);
    END.store(0, Relaxed);
    for noted in &NOTED {
        let heap = NonNull::new(noted.heap.swap(ptr::null_mut(), Relaxed));
        if let (Some(heap), Some(home)) = (heap, noted.home.take()) {
            // SAFETY: the pool lay in a static, which can be read. Its heap is forgotten before it goes, so it lives; by invariants 2 and 3
            // nobody is inside.
            unsafe { (home.unload)(home.pool, heap) };
        }
    }
}
