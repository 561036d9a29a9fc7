//! Functions that C defines by others. They call these by symbol: a program may have its own `malloc`, `realloc` and `free`, and what
//! only fills the gaps must not hand it blocks of another heap.
//!
//! The dynamic linker decides which definition is called, also where this library has one. The compiler may take that one for the only
//! one, so it must not know what it calls.

use core::ffi::c_void;
use core::hint::black_box;
use core::ptr;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;

use super::layout::{fail, page_size};

/// Whether the process's `malloc`, `calloc`, `realloc` and `free` are known to be those of the library with the static.
static ARE_OURS: AtomicBool = AtomicBool::new(false);

/// The process's `realloc`.
///
/// # Safety
///
/// By C's rules.
#[inline]
pub unsafe fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    let realloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void = libc::realloc;
    // SAFETY: by `# Safety` of this fn.
    unsafe { black_box(realloc)(block, size) }
}

/// The process's `free`.
///
/// # Safety
///
/// By C's rules.
#[inline]
pub unsafe fn free(block: *mut c_void) {
    let free: unsafe extern "C" fn(*mut c_void) = libc::free;
    // SAFETY: by `# Safety` of this fn.
    unsafe { black_box(free)(block) };
}

/// The process's `memalign`.
#[inline]
pub fn memalign(align: usize, size: usize) -> *mut c_void {
    let memalign: unsafe extern "C" fn(usize, usize) -> *mut c_void = libc::memalign;
    // SAFETY: any align and size may be asked for.
    unsafe { black_box(memalign)(align, size) }
}

/// `reallocarray(block, count, size)` by a `realloc`; if the product is too large, the old block is intact.
#[inline]
pub fn reallocarray(realloc: impl FnOnce(usize) -> *mut c_void, count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size) {
        Some(size) => realloc(size),
        None => fail(libc::ENOMEM),
    }
}

/// `valloc(size)` by a `memalign(align, size)`.
#[inline]
pub fn valloc(memalign: impl FnOnce(usize, usize) -> *mut c_void, size: usize) -> *mut c_void {
    memalign(page_size(), size)
}

/// `pvalloc(size)` by a `memalign(align, size)`: whole pages, at least one.
#[inline]
pub fn pvalloc(memalign: impl FnOnce(usize, usize) -> *mut c_void, size: usize) -> *mut c_void {
    let page = page_size();
    match size.max(1).checked_next_multiple_of(page) {
        Some(size) => memalign(page, size),
        None => fail(libc::ENOMEM),
    }
}

/// Whether every block that C's functions know is one of theirs. False before [`find_out`].
pub(super) fn are_ours() -> bool {
    ARE_OURS.load(Relaxed)
}

/// Looks where the symbols lead: to what contains `here`, or elsewhere.
pub(super) fn find_out(here: *const c_void) {
    let library = library_of(here);
    let symbols = [
        libc::malloc as *const c_void,
        libc::calloc as *const c_void,
        libc::realloc as *const c_void,
        libc::free as *const c_void,
    ];
    ARE_OURS.store(symbols.into_iter().all(|symbol| ptr::eq(library_of(symbol), library)), Relaxed);
}

/// Where the program or library that contains the address begins.
#[cfg(not(target_feature = "crt-static"))]
fn library_of(address: *const c_void) -> *const c_void {
    let mut found = core::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address may be asked for, and there is room for the answer.
    if unsafe { libc::dladdr(address, found.as_mut_ptr()) } == 0 {
        return ptr::null();
    }
    // SAFETY: zero bytes are valid, as is what was written.
    unsafe { found.assume_init() }.dli_fbase
}

/// There is but one program, without libraries.
#[cfg(target_feature = "crt-static")]
fn library_of(_: *const c_void) -> *const c_void {
    ptr::null()
}
