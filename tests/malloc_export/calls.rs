use std::ffi::{c_int, c_void};
use std::ptr;

use janus_alloc::adapters::c_malloc as export;
use janus_alloc::api::UsableSize;

/// C's functions, by whomever.
///
/// # Safety
///
/// That of C.
pub(crate) trait Calls {
    fn malloc(&self, size: usize) -> *mut u8;
    fn calloc(&self, count: usize, size: usize) -> *mut u8;
    unsafe fn free(&self, block: *mut u8);
    unsafe fn realloc(&self, block: *mut u8, size: usize) -> *mut u8;
    unsafe fn reallocarray(&self, block: *mut u8, count: usize, size: usize) -> *mut u8;
    fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8;
    fn memalign(&self, align: usize, size: usize) -> *mut u8;
    /// What is in `block` after the call, and the result.
    fn posix_memalign(&self, block: *mut u8, align: usize, size: usize) -> (*mut u8, c_int);
    fn valloc(&self, size: usize) -> *mut u8;
    fn pvalloc(&self, size: usize) -> *mut u8;
    unsafe fn malloc_usable_size(&self, block: *mut u8) -> usize;
}

/// The functions that `export_malloc!` would call.
pub(crate) struct Over<A>(pub(crate) A);

impl<A: UsableSize + Copy> Calls for Over<A> {
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

/// Runs `work` with an `errno` that no function sets, and gives what it is afterwards, 0 for untouched.
pub(crate) fn errno_of<R>(work: impl FnOnce() -> R) -> (R, c_int) {
    const UNTOUCHED: c_int = 7777;
    // SAFETY: the address of this thread's `errno`.
    let errno = unsafe { libc::__errno_location() };
    unsafe { errno.write(UNTOUCHED) };
    let result = work();
    match unsafe { errno.read() } {
        UNTOUCHED => (result, 0),
        error => (result, error),
    }
}

/// Asserts success, an untouched `errno` and an align, and gives the block.
#[track_caller]
pub(crate) fn given(align: usize, work: impl FnOnce() -> *mut u8) -> *mut u8 {
    let (block, errno) = errno_of(work);
    assert!(!block.is_null() && errno == 0, "{block:?}, errno {errno}");
    assert_eq!(block.addr() % align, 0, "{block:?} is not aligned to {align}");
    block
}

/// Asserts null and an `errno`.
#[track_caller]
pub(crate) fn refused(expected: c_int, work: impl FnOnce() -> *mut u8) {
    assert_eq!(errno_of(work), (ptr::null_mut(), expected));
}
