//! glibc's lock of the list of all streams, around a fork.
//!
//! A thread in `fflush` holds it and waits for a stream's, whose holder may wait for memory, in `getline` for instance. `fork` takes
//! it after the handlers, and then those of glibc's own `malloc`. So where `malloc` is a pool's it has to be taken before the pool's.

use core::ffi::{CStr, c_void};
use core::mem::transmute;
use core::ptr;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use crate::sync::AtomicUsize;
use crate::threads;

/// A function of glibc's for other libraries, which is in no header.
struct Function(AtomicPtr<c_void>);

static LOCK: Function = Function::none();
static UNLOCK: Function = Function::none();
static RESET: Function = Function::none();

/// The [id](threads::id) of the thread that has the lock here, or 0.
static HOLDER: AtomicUsize = AtomicUsize::new(0);

impl Function {
    const fn none() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    fn find(&self, name: &CStr) {
        // SAFETY: a name, in whatever is loaded.
        self.0.store(unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }, Relaxed);
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

/// From now on the lock is taken around a fork.
pub(crate) fn mind() {
    UNLOCK.find(c"_IO_list_unlock");
    RESET.find(c"_IO_list_resetlock");
    LOCK.find(c"_IO_list_lock");
}

/// Before a fork, and before any lock of a pool's.
pub(super) fn acquire() {
    if [&UNLOCK, &RESET, &LOCK].into_iter().all(Function::is_there) {
        // SAFETY: given back below. A thread may have it more than once.
        unsafe { LOCK.call() };
        HOLDER.store(threads::id(), Relaxed);
    }
}

pub(super) fn release() {
    release_by(&UNLOCK);
}

/// `fork` itself may have made it free already, or not.
pub(super) fn release_in_child() {
    release_by(&RESET);
}

fn release_by(function: &Function) {
    if HOLDER.load(Relaxed) == threads::id() {
        HOLDER.store(0, Relaxed);
        // SAFETY: acquired before the fork, by this thread; it is reset where there is no other.
        unsafe { function.call() };
    }
}
