//! What Linux adds: pages that move, and advice.

use core::ptr::NonNull;

use super::super::Mapping;
use super::page_size;

/// Backs a new mapping with memory at once.
pub(super) const POPULATE: libc::c_int = libc::MAP_POPULATE;

/// Asks for huge pages, and for memory at once, from `from` on. Advice may be refused: it changes no result.
///
/// # Safety
///
/// `start` is a block of `mapping`.
pub(super) unsafe fn advise(start: NonNull<u8>, mapping: &Mapping, from: usize) {
    if mapping.huge {
        // SAFETY: the block's pages; the advice changes no contents.
        unsafe { libc::madvise(start.as_ptr().cast(), mapping.size, libc::MADV_HUGEPAGE) };
    }
    if mapping.populate {
        // SAFETY: `from` is within the block.
        let fresh = unsafe { start.add(from) };
        // SAFETY: the block's pages; faulting them in changes no contents. Known to Linux from 5.14 on.
        unsafe { libc::madvise(fresh.as_ptr().cast(), mapping.size - from, libc::MADV_POPULATE_WRITE) };
    }
}

/// Moves pages, not bytes. `None` if the system refuses, or cannot move a block with its guards or its align; then the block
/// is as it was.
///
/// (`MREMAP_FIXED` could move those too. But when it fails it does not say whether the range it was to move to is still the
/// caller's: nobody could give that back.)
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
pub(in super::super) unsafe fn grow(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
    let aligned = start.addr().get() % new.align == 0;
    // Behind a guard nothing is free. What is aligned to more than a page may stay, if there is room.
    let flags = match new.guard {
        0 if new.align <= page_size() => libc::MREMAP_MAYMOVE,
        0 if aligned => 0,
        _ => return None,
    };
    // SAFETY: the block's own pages, by `# Safety` of this fn.
    let grown = unsafe { libc::mremap(start.as_ptr().cast(), old.size, new.size, flags) };
    if grown == libc::MAP_FAILED {
        return None;
    }
    let grown = NonNull::new(grown.cast())?;
    // SAFETY: a block of `new` now.
    unsafe { advise(grown, new, old.size) };
    Some(grown)
}
