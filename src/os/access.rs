//! Access to mapped pages.

use core::ptr::NonNull;

/// Takes away all access to whole pages, and gives their memory back to the system. The addresses stay taken.
///
/// Returns whether it did. The system may refuse, for example at its limit of mappings; then the pages are as before.
///
/// # Safety
///
/// 1. The range consists of whole pages of one block of [`pages`](super::pages) without advice.
/// 2. Their contents are not needed, and nothing accesses them until they are unmapped.
pub(crate) unsafe fn deny(start: NonNull<u8>, length: usize) -> bool {
    #[cfg(unix)]
    {
        // SAFETY: by `# Safety` of this fn.
        let is_denied = unsafe { libc::mprotect(start.as_ptr().cast(), length, libc::PROT_NONE) } == 0;
        if is_denied {
            // SAFETY: pages that nothing accesses any more, and whose contents are not needed. If the system refuses, the memory goes back
            // when the pages are unmapped.
            unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_DONTNEED) };
        }
        is_denied
    }
    #[cfg(windows)]
    {
        use windows_sys::Win32::System::Memory::{MEM_DECOMMIT, VirtualFree};
        // SAFETY: by `# Safety` of this fn. The pages stay reserved.
        unsafe { VirtualFree(start.as_ptr().cast(), length, MEM_DECOMMIT) != 0 }
    }
}
