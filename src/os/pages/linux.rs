//! Linux: pages can move, there is advice about them, and they can be huge or of a chosen node.

use core::ptr::NonNull;

use super::super::{Binding, Mapping};
use super::{USABLE, page_size, reserve};
use crate::os::{ErrorCode, check, last_error};

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

/// Leaves pages out of core dumps.
///
/// # Safety
///
/// The pages are mapped, and belong to the caller.
pub(crate) unsafe fn omit_from_dumps(start: NonNull<u8>, length: usize) -> Result<(), ErrorCode> {
    // SAFETY: by `# Safety` of this fn; the advice does not change their contents.
    check(unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_DONTDUMP) })
}

/// Makes pages read as zeros in the children that this process forks from now on.
///
/// # Safety
///
/// The pages are mapped, private and anonymous, and belong to the caller.
pub(crate) unsafe fn wipe_in_children(start: NonNull<u8>, length: usize) -> Result<(), ErrorCode> {
    // SAFETY: by `# Safety` of this fn; the advice does not change their contents in this process.
    check(unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_WIPEONFORK) })
}

/// The highest number of a node, and one more: that of a kernel built for the most nodes (`CONFIG_NODES_SHIFT=10`).
const MAX_NODES: usize = 1024;

/// Tells the system to back pages that were not touched yet with memory of a NUMA node.
///
/// # Safety
///
/// The pages are mapped, and belong to the caller.
pub(crate) unsafe fn bind(start: NonNull<u8>, length: usize, node: u32, binding: Binding) -> Result<(), ErrorCode> {
    const WORD_BITS: usize = libc::c_ulong::BITS as usize;
    let node = node as usize;
    let mut nodes: [libc::c_ulong; MAX_NODES / WORD_BITS] = [0; MAX_NODES / WORD_BITS];
    *nodes.get_mut(node / WORD_BITS).ok_or(Some(libc::EINVAL))? = 1 << (node % WORD_BITS);
    let mode = match binding {
        Binding::Strict => libc::MPOL_BIND,
        Binding::Preferred => libc::MPOL_PREFERRED,
    };
    // (The kernel reads one bit less than it is told.)
    // SAFETY: the pages by `# Safety` of this fn, whose contents it does not change, and `nodes` has that many bits.
    let result = unsafe {
        libc::syscall(libc::SYS_mbind, start.as_ptr(), length, mode, nodes.as_ptr(), MAX_NODES + 1, 0 as libc::c_uint)
    };
    if result == 0 { Ok(()) } else { Err(last_error()) }
}

/// Maps a block of explicit huge pages of `page` bytes, a power of two, of which its size and align are multiples.
pub(crate) fn map_huge(mapping: &Mapping, page: usize) -> Result<NonNull<u8>, ErrorCode> {
    // The system takes the logarithm of the size in six bits.
    let size = (page.trailing_zeros() as libc::c_int) << libc::MAP_HUGE_SHIFT;
    reserve(mapping, page, USABLE, libc::MAP_HUGETLB | size).ok_or_else(last_error)
}
