//! glibc's lock of the list of all streams, around a fork.
//!
//! A thread in `fflush` holds it and waits for a stream's, whose holder may wait for memory, in `getline` for instance. `fork` takes
//! it after the handlers, and then those of glibc's own `malloc`. So where `malloc` is a pool's it has to be taken before the pool's.

use core::ffi::{CStr, c_void};
use core::mem::transmute;
use core::ptr;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicPtr, AtomicU8};

use crate::sync::AtomicUsize;
use crate::threads::{self, fork};

/// A function of glibc's for other libraries, which is in no header.
struct Function(AtomicPtr<c_void>);

static LOCK: Function = Function::none();
static UNLOCK: Function = Function::none();
static RESET: Function = Function::none();

/// Says whether the process has but one thread, in glibc from 2.32 on.
static IS_ALONE: AtomicPtr<AtomicU8> = AtomicPtr::new(ptr::null_mut());

/// The [id](threads::id) of the thread that has the lock here, or 0.
static HOLDER: AtomicUsize = AtomicUsize::new(0);
/// How often the holder has it: more than once if it forks in a signal handler that has interrupted a fork. Used by the holder.
static TIMES: AtomicUsize = AtomicUsize::new(0);

impl Function {
    const fn none() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    fn find(&self, name: &CStr) {
        self.0.store(symbol(name), Relaxed);
    }

    fn is_there(&self) -> bool {
        !self.0.load(Relaxed).is_null()
    }

    /// # Safety
    ///
    /// As the function says; it is there.
    unsafe fn call(&self) {
        // SAFETY: it is there, and of that type in every version.
        let function: unsafe extern "C" fn() = unsafe { transmute(self.0.load(Relaxed)) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { function() }
    }
}

/// What glibc has by that name, or null.
fn symbol(name: &CStr) -> *mut c_void {
    // SAFETY: a name, in whatever is loaded.
    unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }
}

/// Whether the process has but one thread, for certain.
fn is_alone() -> bool {
    // SAFETY: a `char` of glibc's, which lives as long as the process.
    unsafe { IS_ALONE.load(Relaxed).as_ref() }.is_some_and(|is_alone| is_alone.load(Relaxed) != 0)
}

/// From now on the lock is taken around a fork.
pub(super) fn mind() {
    IS_ALONE.store(symbol(c"__libc_single_threaded").cast(), Relaxed);
    UNLOCK.find(c"_IO_list_unlock");
    RESET.find(c"_IO_list_resetlock");
    LOCK.find(c"_IO_list_lock");
    fork::surround(&fork::Around { before: acquire, after: release, in_child: release_in_child });
}

/// Before a fork, and before any lock of a pool's. Not where there is one thread: a signal handler may have interrupted it in the middle of
/// glibc's own function, which would wait for ever then.
fn acquire() {
    if !is_alone() && [&UNLOCK, &RESET, &LOCK].into_iter().all(Function::is_there) {
        // SAFETY: given back below. A thread may have it more than once.
        unsafe { LOCK.call() };
        TIMES.fetch_add(1, SeqCst);
        HOLDER.store(threads::id(), SeqCst);
    }
}

fn release() {
    // Zero times where a signal handler has interrupted `acquire` before its last line, has forked, and returns in the child.
    if HOLDER.load(SeqCst) == threads::id() && TIMES.load(SeqCst) > 0 {
        if TIMES.fetch_sub(1, SeqCst) == 1 {
            HOLDER.store(0, SeqCst);
        }
        // SAFETY: acquired before the fork, by this thread.
        unsafe { UNLOCK.call() };
    }
}

/// `fork` itself may have made it free already, or not: however often this thread had it.
fn release_in_child() {
    if HOLDER.load(SeqCst) == threads::id() {
        TIMES.store(0, SeqCst);
        HOLDER.store(0, SeqCst);
        // SAFETY: there is no other thread that could have it.
        unsafe { RESET.call() };
    }
}
