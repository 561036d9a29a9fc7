//! C's way to report failure: null or an error number, and `errno`.

use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};

/// A block, or the error number of the failure.
pub(super) type BlockResult = Result<NonNull<u8>, c_int>;

fn errno() -> *mut c_int {
    // SAFETY: it always succeeds. The address is the calling thread's, and valid until that ends.
    unsafe { libc::__errno_location() }
}

/// Calls `work` and restores `errno`: system calls may fail inside an allocator that succeeds.
#[inline]
pub(super) fn preserve_errno<R>(work: impl FnOnce() -> R) -> R {
    let errno = errno();
    // SAFETY: `errno` is readable.
    let before = unsafe { errno.read() };
    let result = work();
    // SAFETY: `errno` is writable, and still this thread's.
    unsafe { errno.write(before) };
    result
}

/// Returns the block of `work` and leaves `errno` unchanged; or null, and sets `errno`.
#[inline]
pub(super) fn block_or_errno(work: impl FnOnce() -> BlockResult) -> *mut c_void {
    match preserve_errno(work) {
        Ok(block) => block.as_ptr().cast(),
        Err(error) => fail(error),
    }
}

/// Sets `errno` to `error`, and returns null.
#[cold]
pub(super) fn fail(error: c_int) -> *mut c_void {
    // SAFETY: `errno` is writable.
    unsafe { errno().write(error) };
    ptr::null_mut()
}
