//! C's allocation functions that are defined by others, and the functions that they call by symbol.
//!
//! A program may have its own `malloc`, `realloc` and `free`. A function that only fills a gap, such as `reallocarray`,
//! must not give that program a block of another heap.
//!
//! The dynamic linker decides which definition a symbol stands for, also where this library has one. The compiler may
//! take the definition here for the only one, so [`black_box`] hides from it which function is called.

use core::ffi::c_void;
use core::hint::black_box;

use super::errno::fail;
use super::layout::page_size;

/// Calls the process's `realloc`.
///
/// # Safety
///
/// The conditions of C's `realloc`.
#[inline]
pub unsafe fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    let realloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void = libc::realloc;
    // SAFETY: by `# Safety` of this fn.
    unsafe { black_box(realloc)(block, size) }
}

/// Calls the process's `free`.
///
/// # Safety
///
/// The conditions of C's `free`.
#[inline]
pub unsafe fn free(block: *mut c_void) {
    let free: unsafe extern "C" fn(*mut c_void) = libc::free;
    // SAFETY: by `# Safety` of this fn.
    unsafe { black_box(free)(block) };
}

/// Calls the process's `memalign`.
#[inline]
pub fn memalign(align: usize, size: usize) -> *mut c_void {
    let memalign: unsafe extern "C" fn(usize, usize) -> *mut c_void = libc::memalign;
    // SAFETY: `memalign` takes any align and size.
    unsafe { black_box(memalign)(align, size) }
}

/// `reallocarray(block, count, size)` by `realloc`. If the product overflows, it fails and leaves the old block intact.
#[inline]
pub fn reallocarray(realloc: impl FnOnce(usize) -> *mut c_void, count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size) {
        Some(size) => realloc(size),
        None => fail(libc::ENOMEM),
    }
}

/// `valloc(size)` by `memalign(align, size)`.
#[inline]
pub fn valloc(memalign: impl FnOnce(usize, usize) -> *mut c_void, size: usize) -> *mut c_void {
    memalign(page_size(), size)
}

/// `pvalloc(size)` by `memalign(align, size)`: whole pages, at least one.
#[inline]
pub fn pvalloc(memalign: impl FnOnce(usize, usize) -> *mut c_void, size: usize) -> *mut c_void {
    let page = page_size();
    match size.max(1).checked_next_multiple_of(page) {
        Some(size) => memalign(page, size),
        None => fail(libc::ENOMEM),
    }
}
