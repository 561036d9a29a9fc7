//! Finds out whether the process uses the definitions of `export_malloc!`, or has a `malloc` of its own.

use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;

/// Whether the process's `malloc`, `calloc`, `realloc` and `free` are known to be defined beside the static.
static ARE_OURS: AtomicBool = AtomicBool::new(false);

/// Returns whether every block of C's functions is known to come from the definitions here. `false` before [`look_up`].
pub(super) fn are_ours() -> bool {
    ARE_OURS.load(Relaxed)
}

/// Looks up whether all four symbols lead to the module that contains `here`.
pub(super) fn look_up(here: *const c_void) {
    let module = module_of(here);
    let symbols = [
        libc::malloc as *const c_void,
        libc::calloc as *const c_void,
        libc::realloc as *const c_void,
        libc::free as *const c_void,
    ];
    ARE_OURS.store(symbols.into_iter().all(|symbol| ptr::eq(module_of(symbol), module)), Relaxed);
}

/// Returns the base address of the program or library that contains `address`, or null.
#[cfg(not(target_feature = "crt-static"))]
fn module_of(address: *const c_void) -> *const c_void {
    let mut info = core::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `dladdr` takes any address, and `info` is writable.
    if unsafe { libc::dladdr(address, info.as_mut_ptr()) } == 0 {
        return ptr::null();
    }
    // SAFETY: `dladdr` wrote it, and the zero bytes that it left are valid too.
    unsafe { info.assume_init() }.dli_fbase
}

/// A static program is a single module.
#[cfg(target_feature = "crt-static")]
fn module_of(_: *const c_void) -> *const c_void {
    ptr::null()
}
