//! Linux: pages can move, and there is advice about them.

use core::ptr::NonNull;

use super::super::Mapping;
use super::page_size;

/// The flag of `mmap` that backs a new mapping with memory at once.
pub(super) const POPULATE: libc::c_int = libc::MAP_POPULATE;

/// Asks for huge pages in the block, and for memory at once from its byte `from` on, as `mapping` says. The system may
/// refuse: no result depends on it.
///
/// # Safety
///
/// `start` is a block of `mapping`, and `from` is at most its size.
pub(super) unsafe fn advise(start: NonNull<u8>, mapping: &Mapping, from: usize) {
    if mapping.huge {
        // SAFETY: pages of the block; the advice does not change their contents.
        unsafe { libc::madvise(start.as_ptr().cast(), mapping.size, libc::MADV_HUGEPAGE) };
    }
    if mapping.populate {
        // SAFETY: `from` is within the block by `# Safety` of this fn.
        let fresh = unsafe { start.add(from) };
        // Linux knows this advice from 5.14 on.
        // SAFETY: pages of the block; page faults do not change their contents.
        unsafe { libc::madvise(fresh.as_ptr().cast(), mapping.size - from, libc::MADV_POPULATE_WRITE) };
    }
}

/// Grows a block by moving its pages, without a copy. Returns `None`, and leaves the block unchanged, if the system
/// refuses, or cannot keep the block's guards or align.
///
/// (`MREMAP_FIXED` could keep them. But when it fails, it does not say whether the target range is still the caller's,
/// so the range could not be given back.)
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
pub(crate) unsafe fn grow(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
    let aligned = start.addr().get() % new.align == 0;
    // A block in front of a guard has no room to grow. A block that is aligned to more than a page may grow in place
    // only.
    let flags = match new.guard {
        0 if new.align <= page_size() => libc::MREMAP_MAYMOVE,
        0 if aligned => 0,
        _ => return None,
    };
    // SAFETY: the pages of the block, by `# Safety` of this fn.
    let grown = unsafe { libc::mremap(start.as_ptr().cast(), old.size, new.size, flags) };
    if grown == libc::MAP_FAILED {
        return None;
    }
    let grown = NonNull::new(grown.cast())?;
    // SAFETY: it is a block of `new` now, which has more pages than `old`.
    unsafe { advise(grown, new, old.size) };
    Some(grown)
}
