//! Advice to the operating system about mapped pages. The system may ignore it; no result depends on that.

use core::ptr::NonNull;

use super::pages::page_size;

/// Whether [`discard`] has an effect.
pub(crate) const CAN_DISCARD: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Whether a mapping [grows](super::pages::grow) by moving pages, without a copy.
pub(crate) const CAN_MOVE: bool = cfg!(target_os = "linux");

/// Whether [`huge_pages`] has an effect.
pub(crate) const CAN_ADVISE_HUGE: bool = CAN_DISCARD;

/// Discards the memory of all whole pages within the range. The next access to each page costs a page fault.
///
/// Returns whether the memory of all of them is gone. The system keeps it where it is locked (`mlock`), and where a
/// sandbox refuses the call.
///
/// # Safety
///
/// The pages within the range are mapped, and their contents are not needed.
pub(crate) unsafe fn discard(start: NonNull<u8>, length: usize) -> bool {
    let page = page_size();
    let before = start.addr().get().next_multiple_of(page) - start.addr().get();
    let length = length.saturating_sub(before) / page * page;
    if !CAN_DISCARD || length == 0 {
        return false;
    }
    // SAFETY: `before` is less than the original length, as a whole page follows within the range.
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

/// Asks for huge pages in the range, all of which will be used.
///
/// # Safety
///
/// The pages within the range are mapped.
pub(crate) unsafe fn huge_pages(start: NonNull<u8>, length: usize) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: mapped pages by `# Safety` of this fn; the advice does not change their contents.
    unsafe {
        libc::madvise(start.as_ptr().cast(), length, libc::MADV_HUGEPAGE)
    };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (start, length);
}

/// Asks for no more huge pages in the range, since not all of it will be used: a huge page would bring back the memory
/// of small pages within it that were [discarded](discard).
///
/// # Safety
///
/// The pages within the range are mapped.
pub(crate) unsafe fn small_pages(start: NonNull<u8>, length: usize) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: mapped pages by `# Safety` of this fn; the advice does not change their contents.
    unsafe {
        libc::madvise(start.as_ptr().cast(), length, libc::MADV_NOHUGEPAGE)
    };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (start, length);
}

/// Returns whether any byte of the range is not zero: for fresh pages, whether any was written to.
///
/// It reads the bytes, because a sandbox may refuse the system's call for this (`mincore`), which it does not expect of
/// an allocator. A page that was never touched costs a page fault and no memory: it reads as the system's page of
/// zeros.
///
/// # Safety
///
/// The bytes may be read, and nothing writes to them meanwhile.
pub(crate) unsafe fn is_written(start: NonNull<u8>, length: usize) -> bool {
    static ZEROS: [u8; 512] = [0; 512];
    (0..length).step_by(ZEROS.len()).any(|offset| {
        // SAFETY: the offset is less than the length.
        let part = unsafe { start.add(offset) };
        let length = ZEROS.len().min(length - offset);
        // C's function, because the bytes may be uninitialised: Rust code must not load such bytes.
        // SAFETY: by `# Safety` of this fn the bytes may be read, and `length` is at most the number of zeros.
        unsafe { libc::memcmp(part.as_ptr().cast(), ZEROS.as_ptr().cast(), length) != 0 }
    })
}
