//! What one can tell the operating system of pages one has. It may not listen; no result depends on it.

use core::ptr::NonNull;

use super::Pages;

/// Whether [`discard`] does anything.
pub(crate) const CAN_DISCARD: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Whether [`Pages`] grow by moving what there is, not by a copy.
pub(crate) const CAN_MOVE: bool = cfg!(target_os = "linux");

/// Whether [`huge_pages`] does anything.
pub(crate) const CAN_ADVISE_HUGE: bool = CAN_DISCARD;

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

/// These pages will not all be used: no huge ones any more, which would bring back what was [discarded](discard) between them.
///
/// # Safety
///
/// The pages within the range are mapped.
pub(crate) unsafe fn small_pages(start: NonNull<u8>, length: usize) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: by `# Safety` of this fn; the advice changes no contents.
    unsafe {
        libc::madvise(start.as_ptr().cast(), length, libc::MADV_NOHUGEPAGE)
    };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (start, length);
}

/// Whether any of these bytes is not zero: of fresh pages, whether somebody has written to them.
///
/// It looks, and does not ask the system, whose call for that (`mincore`) sandboxes do not expect of an allocator. A page that was
/// never touched costs a fault, and no memory: it reads as the system's page of zeros.
///
/// # Safety
///
/// The bytes may be read, and nobody writes to them.
pub(crate) unsafe fn is_written(start: NonNull<u8>, length: usize) -> bool {
    static ZEROS: [u8; 512] = [0; 512];
    (0..length).step_by(ZEROS.len()).any(|at| {
        // SAFETY: within the bytes.
        let part = unsafe { start.add(at) };
        let length = ZEROS.len().min(length - at);
        // By C's function: whoever had the bytes may have left some uninitialised, which a load of Rust's must not see.
        // SAFETY: by `# Safety` of this fn; there are so many zeros.
        unsafe { libc::memcmp(part.as_ptr().cast(), ZEROS.as_ptr().cast(), length) != 0 }
    })
}
