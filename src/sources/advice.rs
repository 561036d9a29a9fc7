//! What one can tell the operating system of pages one has. It may not listen; no result depends on it.

use core::ptr::NonNull;

use super::Pages;

/// Whether [`discard`] does anything.
pub(crate) const CAN_DISCARD: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Whether [`Pages`] grow by moving what there is, not by a copy.
pub(crate) const CAN_MOVE: bool = cfg!(target_os = "linux");

/// These pages will not be read again before they are written: their memory can go. The first touch of each costs a page fault.
///
/// Returns whether the memory of all whole pages within the range is gone. The system keeps it where it is locked (`mlock`), and
/// where a sandbox refuses the call.
///
/// # Safety
///
/// The pages within the range are mapped, and hold nothing that counts.
pub(crate) unsafe fn discard(start: NonNull<u8>, length: usize) -> bool {
    let page = Pages::page_size();
    let before = start.addr().get().next_multiple_of(page) - start.addr().get();
    let length = length.saturating_sub(before) / page * page;
    if !CAN_DISCARD || length == 0 {
        return false;
    }
    // SAFETY: less than the length.
    let start = unsafe { start.add(before) };
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: whole pages within the range, by `# Safety` of this fn.
    return unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_DONTNEED) } == 0;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = start;
        false
    }
}

/// These pages will all be used: huge ones are welcome.
///
/// # Safety
///
/// The pages within the range are mapped.
pub(crate) unsafe fn huge_pages(start: NonNull<u8>, length: usize) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: by `# Safety` of this fn; the advice changes no contents.
    unsafe {
        libc::madvise(start.as_ptr().cast(), length, libc::MADV_HUGEPAGE)
    };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (start, length);
}

/// Whether the page at `address` is backed by memory: whether it was touched, if it is a private page's. `false` where the system
/// does not tell.
pub(crate) fn is_resident(address: NonNull<u8>) -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let page = address.as_ptr().map_addr(|address| address & !(Pages::page_size() - 1));
        let mut resident = 0;
        // SAFETY: asks of one page, and writes one byte. Of a page that is not mapped it says so.
        let asked = unsafe { libc::mincore(page.cast(), 1, &raw mut resident) };
        asked == 0 && resident & 1 == 1
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = address;
        false
    }
}
