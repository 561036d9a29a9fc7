//! What Linux adds: pages that move, and advice.

use core::ptr::{self, NonNull};

use super::super::Mapping;
use super::{page_size, reserve, unmap_range};

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

/// Moves pages, not bytes. `None` if the system refuses; then the block is as it was.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
pub(in super::super) unsafe fn grow(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
    let grown = if new.guard == 0 && new.align <= page_size() {
        // SAFETY: by `# Safety` of this fn.
        unsafe { remap(start, old, new, libc::MREMAP_MAYMOVE, ptr::null_mut()) }?
    } else {
        // SAFETY: by `# Safety` of this fn.
        match unsafe { grow_in_place(start, old, new) } {
            Some(grown) => grown,
            // SAFETY: by `# Safety` of this fn.
            None => unsafe { move_to_reservation(start, old, new) }?,
        }
    };
    // SAFETY: a block of `new` now.
    unsafe { advise(grown, new, old.size) };
    Some(grown)
}

/// # Safety
///
/// `start` is a block of `old`; `to` is null, or with `MREMAP_FIXED` the start of `new.size` bytes of the caller's.
unsafe fn remap(
    start: NonNull<u8>,
    old: &Mapping,
    new: &Mapping,
    flags: libc::c_int,
    to: *mut u8,
) -> Option<NonNull<u8>> {
    // SAFETY: by `# Safety` of this fn.
    let moved = unsafe { libc::mremap(start.as_ptr().cast(), old.size, new.size, flags, to) };
    if moved == libc::MAP_FAILED { None } else { NonNull::new(moved.cast()) }
}

/// Behind a guard nothing is free; without one there may be room.
///
/// # Safety
///
/// As for [`grow`].
unsafe fn grow_in_place(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
    if new.guard != 0 || start.addr().get() % new.align != 0 {
        return None;
    }
    // SAFETY: by `# Safety` of this fn.
    unsafe { remap(start, old, new, 0, ptr::null_mut()) }
}

/// # Safety
///
/// As for [`grow`].
unsafe fn move_to_reservation(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
    let to = reserve(new, libc::PROT_NONE, 0)?;
    // If the kernel refuses, it may have unmapped the reservation before, and another thread may have the range by now: it is
    // not ours to unmap any more. Address space is lost then, memory is not.
    // SAFETY: by `# Safety` of this fn; `to` was just reserved.
    let moved = unsafe { remap(start, old, new, libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED, to.as_ptr()) }?;
    if old.guard != 0 {
        // SAFETY: a guard lies before the old block.
        let before = unsafe { start.sub(old.guard) };
        // SAFETY: the block it guarded is gone.
        unsafe { unmap_range(before, old.guard) };
        // SAFETY: the end of the old block.
        let behind = unsafe { start.add(old.size) };
        // SAFETY: the guard behind the block that is gone.
        unsafe { unmap_range(behind, old.guard) };
    }
    Some(moved)
}
