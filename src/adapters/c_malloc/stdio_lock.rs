//! Holds the lock of glibc's list of streams across a fork.
//!
//! A thread in `fflush(NULL)` holds that lock and waits for the lock of a stream, whose holder may wait for memory, in
//! `getline` for instance. So the lock of the list comes before the locks of `malloc`. `fork` takes it after the
//! handlers have run, and the locks of glibc's own `malloc` after that. Where `malloc` is a pool, a handler must take
//! it before the locks of the pool.

use core::ffi::{CStr, c_void};
use core::mem::transmute;
use core::ptr;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicPtr, AtomicU8};

use crate::sync::AtomicUsize;
use crate::threads::{self, fork};

/// A function that glibc exports for its other libraries, and declares in no header. Null if it has none of that name.
struct Function(AtomicPtr<c_void>);

static LOCK: Function = Function::unknown();
static UNLOCK: Function = Function::unknown();
static RESET: Function = Function::unknown();

/// glibc's flag that the process has a single thread, from 2.32 on; else null.
static SINGLE_THREADED: AtomicPtr<AtomicU8> = AtomicPtr::new(ptr::null_mut());

/// The [id](threads::id) of the thread that took the lock here, or 0.
static HOLDER: AtomicUsize = AtomicUsize::new(0);
/// The number of times the holder took it: more than one if a signal handler interrupts a fork and forks in turn. Only
/// the holder uses it.
static HOLD_COUNT: AtomicUsize = AtomicUsize::new(0);

impl Function {
    const fn unknown() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    fn look_up(&self, name: &CStr) {
        self.0.store(symbol(name), Relaxed);
    }

    fn is_known(&self) -> bool {
        !self.0.load(Relaxed).is_null()
    }

    /// # Safety
    ///
    /// 1. The function [is known](Self::is_known).
    /// 2. Its own conditions are met.
    unsafe fn call(&self) {
        // SAFETY: by (1) it is not null, and the three functions have this type in every version of glibc.
        let function: unsafe extern "C" fn() = unsafe { transmute(self.0.load(Relaxed)) };
        // SAFETY: by (2).
        unsafe { function() }
    }
}

/// Returns the address of a symbol, or null.
fn symbol(name: &CStr) -> *mut c_void {
    // SAFETY: `name` is a string, and the handle stands for all modules that are loaded.
    unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }
}

/// Returns whether the process is known to have a single thread.
fn is_single_threaded() -> bool {
    // SAFETY: null, or a `char` of glibc's, which is a static.
    let flag = unsafe { SINGLE_THREADED.load(Relaxed).as_ref() };
    flag.is_some_and(|flag| flag.load(Relaxed) != 0)
}

/// Registers the handlers that hold the lock across each fork from now on.
pub(super) fn hold_across_forks() {
    SINGLE_THREADED.store(symbol(c"__libc_single_threaded").cast(), Relaxed);
    UNLOCK.look_up(c"_IO_list_unlock");
    RESET.look_up(c"_IO_list_resetlock");
    LOCK.look_up(c"_IO_list_lock");
    fork::set_hooks(&fork::Hooks { before: acquire, after: release, in_child: release_in_child });
}

/// Takes the lock before a fork, and before any lock of a pool.
///
/// Not in a process with a single thread: a signal handler that forks may have interrupted that thread inside glibc's
/// own function, which would then wait for ever.
fn acquire() {
    if !is_single_threaded() && [&UNLOCK, &RESET, &LOCK].into_iter().all(Function::is_known) {
        // SAFETY: it is known. The lock is recursive, and released after the fork.
        unsafe { LOCK.call() };
        HOLD_COUNT.fetch_add(1, SeqCst);
        HOLDER.store(threads::id(), SeqCst);
    }
}

fn release() {
    // The count is 0 if a signal handler interrupted `acquire` before its last line, forked, and returned in the child.
    if HOLDER.load(SeqCst) == threads::id() && HOLD_COUNT.load(SeqCst) > 0 {
        if HOLD_COUNT.fetch_sub(1, SeqCst) == 1 {
            HOLDER.store(0, SeqCst);
        }
        // SAFETY: it is known, since this thread acquired the lock before the fork.
        unsafe { UNLOCK.call() };
    }
}

/// Releases the lock in the child, as many times as this thread held it: `fork` itself may or may not have reset it.
fn release_in_child() {
    if HOLDER.load(SeqCst) == threads::id() {
        HOLD_COUNT.store(0, SeqCst);
        HOLDER.store(0, SeqCst);
        // SAFETY: it is known, since this thread acquired the lock before the fork. The child has no other thread that
        // could hold it.
        unsafe { RESET.call() };
    }
}
