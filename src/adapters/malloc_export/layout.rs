//! How C says what it asks for, and why there is no block: layouts, and `errno`.

use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};

use crate::api::Layout;

/// The align of every block: that of `max_align_t`, or more, on every target.
pub(super) const ALIGN: usize = 16;

/// A block, or the error number that says why there is none.
pub(super) type Block = Result<NonNull<u8>, c_int>;

fn errno() -> *mut c_int {
    // SAFETY: it always succeeds; the address is the calling thread's for as long as that lives.
    unsafe { libc::__errno_location() }
}

/// Runs `work` and gives `errno` its old value back: system calls in an allocator may fail although it succeeds.
#[inline]
pub(super) fn keeping_errno<R>(work: impl FnOnce() -> R) -> R {
    let errno = errno();
    // SAFETY: `errno` is readable.
    let before = unsafe { errno.read() };
    let result = work();
    // SAFETY: `errno` is writable, and still this thread's.
    unsafe { errno.write(before) };
    result
}

/// C's way to return a block: the block, and `errno` untouched; or null, and `errno` set.
#[inline]
pub(super) fn block_or_errno(work: impl FnOnce() -> Block) -> *mut c_void {
    match keeping_errno(work) {
        Ok(block) => block.as_ptr().cast(),
        Err(error) => fail(error),
    }
}

#[cold]
pub(super) fn fail(error: c_int) -> *mut c_void {
    // SAFETY: `errno` is writable.
    unsafe { errno().write(error) };
    ptr::null_mut()
}

/// The layout of a request. No block is of size 0, so that each has an address of its own and can be freed.
#[inline]
pub(super) fn layout(size: usize, align: usize) -> Result<Layout, c_int> {
    if !align.is_power_of_two() {
        return Err(libc::EINVAL);
    }
    Layout::from_size_align(size.max(1), align.max(ALIGN)).map_err(|_| libc::ENOMEM)
}

pub(super) fn page_size() -> usize {
    // SAFETY: reads what the kernel told the process at its start.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    page.try_into().unwrap_or(4096)
}
