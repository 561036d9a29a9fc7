//! C's functions as a trait, so that tests can call them over any allocator.

use std::ffi::{c_int, c_void};
use std::ptr;

use janus_alloc::adapters::c_malloc as export;
use janus_alloc::api::UsableSize;

/// C's allocation functions.
///
/// # Safety
///
/// The `unsafe` methods have the conditions of the C functions of the same name.
pub(crate) trait Calls {
    fn malloc(&self, size: usize) -> *mut u8;
    fn calloc(&self, count: usize, size: usize) -> *mut u8;
    unsafe fn free(&self, block: *mut u8);
    unsafe fn realloc(&self, block: *mut u8, size: usize) -> *mut u8;
    unsafe fn reallocarray(&self, block: *mut u8, count: usize, size: usize) -> *mut u8;
    fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8;
    fn memalign(&self, align: usize, size: usize) -> *mut u8;
    /// Returns the pointer that the call left in `block`, and its result.
    fn posix_memalign(&self, block: *mut u8, align: usize, size: usize) -> (*mut u8, c_int);
    fn valloc(&self, size: usize) -> *mut u8;
    fn pvalloc(&self, size: usize) -> *mut u8;
    unsafe fn malloc_usable_size(&self, block: *mut u8) -> usize;
}

/// The functions over any allocator, without a fast path.
pub(crate) struct SlowFunctions<A>(pub(crate) A);

impl<A: UsableSize + Copy> Calls for SlowFunctions<A> {
    fn malloc(&self, size: usize) -> *mut u8 {
        export::malloc(self.0, size).cast()
    }
    fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        export::calloc(self.0, count, size).cast()
    }
    unsafe fn free(&self, block: *mut u8) {
        unsafe { export::free(self.0, block.cast()) };
    }
    unsafe fn realloc(&self, block: *mut u8, size: usize) -> *mut u8 {
        unsafe { export::realloc(self.0, block.cast(), size) }.cast()
    }
    unsafe fn reallocarray(&self, block: *mut u8, count: usize, size: usize) -> *mut u8 {
        let realloc = |size| unsafe { export::realloc(self.0, block.cast(), size) };
        export::by_symbol::reallocarray(realloc, count, size).cast()
    }
    fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        export::memalign(self.0, align, size).cast()
    }
    fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        export::memalign(self.0, align, size).cast()
    }
    fn posix_memalign(&self, block: *mut u8, align: usize, size: usize) -> (*mut u8, c_int) {
        let mut block: *mut c_void = block.cast();
        let error = unsafe { export::posix_memalign(self.0, &raw mut block, align, size) };
        (block.cast(), error)
    }
    fn valloc(&self, size: usize) -> *mut u8 {
        export::by_symbol::valloc(|align, size| export::memalign(self.0, align, size), size).cast()
    }
    fn pvalloc(&self, size: usize) -> *mut u8 {
        export::by_symbol::pvalloc(|align, size| export::memalign(self.0, align, size), size).cast()
    }
    unsafe fn malloc_usable_size(&self, block: *mut u8) -> usize {
        unsafe { export::malloc_usable_size(self.0, block.cast()) }
    }
}

/// Runs `work`, and returns its result and the `errno` that it set, or 0 if it set none.
pub(crate) fn errno_of<R>(work: impl FnOnce() -> R) -> (R, c_int) {
    const UNTOUCHED: c_int = 7777;
    // SAFETY: `__errno_location` has no conditions.
    let errno = unsafe { libc::__errno_location() };
    unsafe { errno.write(UNTOUCHED) };
    let result = work();
    match unsafe { errno.read() } {
        UNTOUCHED => (result, 0),
        error => (result, error),
    }
}

/// Asserts that `work` returns a block with that align and leaves `errno` alone. Returns the block.
#[track_caller]
pub(crate) fn assert_served(align: usize, work: impl FnOnce() -> *mut u8) -> *mut u8 {
    let (block, errno) = errno_of(work);
    assert!(!block.is_null() && errno == 0, "{block:?}, errno {errno}");
    assert_eq!(block.addr() % align, 0, "{block:?} is not aligned to {align}");
    block
}

/// Asserts that `work` returns null and sets `errno` to `expected`.
#[track_caller]
pub(crate) fn assert_refused(expected: c_int, work: impl FnOnce() -> *mut u8) {
    assert_eq!(errno_of(work), (ptr::null_mut(), expected));
}
