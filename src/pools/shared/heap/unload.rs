//! When a library is unloaded by `dlclose`, the pools in its statics give back what they hold. Nothing else could: a
//! static is not dropped, and the code that knows it is gone.
//!
//! # Invariants
//!
//! 1. A pool is registered only in a library that was loaded by `dlopen`, since no other can be unloaded. [`inspect`]
//!    tells how that is known.
//! 2. The functions of `.fini_array` also run at the end of the process, while other threads use the pools. Then
//!    [`at_exit`] runs before them, and they do nothing.
//! 3. A program that unloads a library guarantees that no thread runs its code any more. So no thread is inside a pool,
//!    and no cache is in use, even if its thread lives.
//! 4. If a block is in use, the heap stays and only free memory is given back, since the program may still have the
//!    block. (The same holds in a forked child, where it is not known what other threads were doing.)
//! 5. Code that runs later nevertheless, such as a destructor of another library, finds pools without memory, and may
//!    use them.

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};
use core::slice;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};

unsafe extern "C" {
    fn __cxa_atexit(handler: extern "C" fn(*mut c_void), argument: *mut c_void, library: *mut c_void) -> c_int;
    fn __cxa_finalize(library: *mut c_void);
}

/// The pool for which a heap is created, and the function that unloads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnloadHook {
    /// The address of the pool, which may move later.
    pub(crate) pool: *const (),
    /// Is called with the pool and its heap.
    pub(crate) unload: unsafe fn(*const (), NonNull<()>),
}

/// A heap of a pool in a static of this library.
struct Registered {
    heap: AtomicPtr<()>,
    /// Set by the thread that has stored the heap. The next one to do so acquires the place from the one that has cleared it.
    hook: Cell<Option<UnloadHook>>,
}

// SAFETY: only the thread that has stored the heap writes the hook. It is read by `unloaded`, when no thread registers
// a heap, by invariant 3.
unsafe impl Sync for Registered {}

/// The registered heaps. A heap that finds no free place keeps its memory when the library is unloaded.
static REGISTRY: [Registered; 64] =
    [const { Registered { heap: AtomicPtr::new(ptr::null_mut()), hook: Cell::new(None) } }; 64];

/// The address range of this library if it can be unloaded; otherwise both are 0.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// Whether the process is ending.
static IS_EXITING: AtomicBool = AtomicBool::new(false);

/// Identifies the registration of [`at_exit`]. If the library were given instead, the handler would also be called when
/// that is unloaded.
static EXIT_TOKEN: u8 = 0;

/// Registers `heap`, if its pool lies in a static of a library that can be unloaded.
pub(super) fn register(hook: UnloadHook, heap: NonNull<()>) {
    if !(START.load(Relaxed)..END.load(Relaxed)).contains(&hook.pool.addr()) {
        return;
    }
    let claim =
        |place: &&Registered| place.heap.compare_exchange(ptr::null_mut(), heap.as_ptr(), Acquire, Relaxed).is_ok();
    if let Some(place) = REGISTRY.iter().find(claim) {
        place.hook.set(Some(hook));
    }
}

/// Unregisters `heap`, whose pool is dropped.
pub(super) fn unregister(heap: NonNull<()>) {
    if START.load(Relaxed) == 0 {
        return;
    }
    let clear =
        |place: &Registered| place.heap.compare_exchange(heap.as_ptr(), ptr::null_mut(), Release, Relaxed).is_ok();
    REGISTRY.iter().any(clear);
}

#[used]
// SAFETY: the functions in this section are called with arguments that a C function may ignore. This one is among the
// first of its library.
#[unsafe(link_section = ".init_array.00000")]
static AT_START: extern "C" fn() = loaded;

#[used]
// SAFETY: the functions in this section are called without arguments. They are called from the last to the first, so
// this one is among the last.
#[unsafe(link_section = ".fini_array.00000")]
static AT_END: extern "C" fn() = unloaded;

extern "C" fn loaded() {
    let mut objects = Objects { own: None, has_program: false, has_errno: false };
    // SAFETY: `inspect` is called with this argument, of the type it expects, before this returns.
    unsafe { libc::dl_iterate_phdr(Some(inspect), (&raw mut objects).cast()) };
    let Objects { own: Some((start, end)), has_program: true, has_errno: true } = objects else { return };
    // SAFETY: `unloaded` removes the handler before the library with its code is gone.
    if unsafe { __cxa_atexit(at_exit, ptr::null_mut(), (&raw const EXIT_TOKEN).cast_mut().cast()) } == 0 {
        START.store(start, Relaxed);
        END.store(end, Relaxed);
    }
}

/// The findings of [`inspect`] about the loaded objects.
#[derive(Debug)]
struct Objects {
    /// The address range of this library, if the calling thread has no thread-locals of it yet.
    own: Option<(usize, usize)>,
    /// Whether the program itself is among the objects.
    has_program: bool,
    /// Whether the thread-locals of the C library, which contain `errno`, are known.
    has_errno: bool,
}

/// Is called with each loaded object.
///
/// The thread-locals of the program, and of libraries that it starts with, are allocated with each thread. Those of a
/// library that is loaded by `dlopen` are allocated, mostly, when a thread first uses one, which has not happened yet.
/// So this library was loaded by `dlopen` if it has no thread-locals here. That presumes two things: that the linker
/// tells of thread-locals at all, which `errno` shows; and that this is no separate namespace (`dlmopen`), whose
/// handlers `exit` does not call, which the presence of the program shows.
unsafe extern "C" fn inspect(info: *mut libc::dl_phdr_info, size: usize, objects: *mut c_void) -> c_int {
    // The struct of an older linker has fewer fields.
    if size < size_of::<libc::dl_phdr_info>() {
        return 0;
    }
    // SAFETY: it is the argument of `dl_iterate_phdr`, from `loaded`, which does not use it meanwhile.
    let objects = unsafe { &mut *objects.cast::<Objects>() };
    // SAFETY: the linker passes a valid struct, whose size was checked.
    let info = unsafe { &*info };
    // SAFETY: the linker tells their address and number.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    // SAFETY: the function has no precondition.
    objects.has_program |= info.dlpi_phdr.addr() == unsafe { libc::getauxval(libc::AT_PHDR) } as usize;
    // SAFETY: the function has no precondition.
    let errno = unsafe { libc::__errno_location() }.addr();
    let thread_locals = info.dlpi_tls_data.addr();
    let (mut start, mut end, mut is_own) = (usize::MAX, 0, false);
    for header in headers {
        let first = info.dlpi_addr.wrapping_add(header.p_vaddr) as usize;
        let behind = first.wrapping_add(header.p_memsz as usize);
        if header.p_type == libc::PT_LOAD {
            (start, end) = (start.min(first), end.max(behind));
            is_own |= (first..behind).contains(&(&raw const REGISTRY).addr());
        } else if header.p_type == libc::PT_TLS && thread_locals != 0 {
            objects.has_errno |= errno.wrapping_sub(thread_locals) < header.p_memsz as usize;
        }
    }
    if is_own && info.dlpi_tls_modid != 0 && thread_locals == 0 {
        objects.own = Some((start, end));
    }
    0
}

/// Is called by `exit` before the functions of `.fini_array`, since it was registered after the program had started.
extern "C" fn at_exit(_: *mut c_void) {
    IS_EXITING.store(true, Relaxed);
}

/// Is called when the process ends, or the library is unloaded.
extern "C" fn unloaded() {
    if START.load(Relaxed) == 0 || IS_EXITING.load(Relaxed) {
        return;
    }
    // This removes the handler, and calls it.
    // SAFETY: only `at_exit` is registered with this token.
    unsafe { __cxa_finalize((&raw const EXIT_TOKEN).cast_mut().cast()) };
    START.store(0, Relaxed);
    END.store(0, Relaxed);
    for place in &REGISTRY {
        let heap = NonNull::new(place.heap.swap(ptr::null_mut(), Acquire));
        if let (Some(heap), Some(hook)) = (heap, place.hook.take()) {
            // SAFETY: the pool lies, or lay, in a static, which can be read. The heap exists, since it is unregistered
            // before it is freed. By invariants 2 and 3 no thread uses it.
            unsafe { (hook.unload)(hook.pool, heap) };
        }
    }
}
