//! Unix: `mmap` and its relatives. The module `kernel` is one for Linux, and another for all other systems.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "posix.rs")]
mod kernel;

use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::Mapping;
use crate::os::{ErrorCode, check};
use kernel::{POPULATE, advise};
pub(crate) use kernel::{bind, grow, map_huge, omit_from_dumps, wipe_in_children};

/// Returns the size of a page, which it asks the system for once. Two threads that ask at the same time store the same
/// answer.
#[inline]
pub(crate) fn page_size() -> usize {
    static PAGE_SIZE: AtomicUsize = AtomicUsize::new(0);

    #[cold]
    fn ask() -> usize {
        // SAFETY: `sysconf` takes any name.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        // Every Unix answers. An old one that did not would have pages of 4 KiB.
        let size = usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096);
        PAGE_SIZE.store(size, Ordering::Relaxed);
        size
    }

    match PAGE_SIZE.load(Ordering::Relaxed) {
        0 => ask(),
        size => size,
    }
}

pub(crate) fn guard_size() -> usize {
    page_size()
}

/// Maps `length` bytes of fresh zero pages at an address that the system chooses.
fn map_anywhere(length: usize, protection: libc::c_int, flags: libc::c_int) -> Option<NonNull<u8>> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | flags;
    // SAFETY: a fresh private mapping at no fixed address touches no memory in use.
    let start = unsafe { libc::mmap(ptr::null_mut(), length, protection, flags, -1, 0) };
    if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
}

/// Unmaps a range, which may be empty.
///
/// # Safety
///
/// The range is mapped, belongs to the caller, and is not used again.
pub(crate) unsafe fn unmap_range(start: NonNull<u8>, length: usize) {
    if length == 0 {
        return;
    }
    // SAFETY: by `# Safety` of this fn.
    if unsafe { libc::munmap(start.as_ptr().cast(), length) } != 0 {
        // The process is at its limit of mappings, and unmapping part of one would make one more. The mapping is
        // leaked, but its memory goes back.
        // SAFETY: by `# Safety` of this fn.
        unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_DONTNEED) };
    }
}

const USABLE: libc::c_int = libc::PROT_READ | libc::PROT_WRITE;

pub(crate) fn map(mapping: &Mapping) -> Option<NonNull<u8>> {
    if mapping.guard == 0 && mapping.align <= page_size() {
        // Huge pages are not asked for: they have a larger align.
        return map_anywhere(mapping.size, USABLE, if mapping.populate { POPULATE } else { 0 });
    }
    // Without access at first, so that the guards and the parts that `reserve` cuts off do not count as used memory.
    let mut start = reserve(mapping, page_size(), libc::PROT_NONE, 0)?;
    // SAFETY: the usable part of a fresh mapping.
    if unsafe { libc::mprotect(start.as_ptr().cast(), mapping.size, USABLE) } != 0 {
        // SAFETY: a fresh block of `mapping`, which nothing uses.
        unsafe { unmap(start, mapping) };
        if mapping.guard > 0 {
            return None;
        }
        // A sandbox may refuse `mprotect`. Without guards it is not needed.
        start = reserve(mapping, page_size(), USABLE, 0)?;
    }
    // SAFETY: a fresh block of `mapping`.
    unsafe { advise(start, mapping, 0) };
    Some(start)
}

/// Maps the pages of `mapping` and its guards, all with the same access. Returns the start of the usable part. The system aligns a
/// mapping with these flags to `page` bytes.
fn reserve(mapping: &Mapping, page: usize, protection: libc::c_int, flags: libc::c_int) -> Option<NonNull<u8>> {
    let length = mapping.size.checked_add(2 * mapping.guard)?;
    // Maps more than needed, and cuts off both ends to align the rest.
    let padded = length.checked_add(mapping.align - page)?;
    if padded > isize::MAX as usize {
        return None;
    }
    let start = map_anywhere(padded, protection, flags)?;
    let usable = (start.addr().get() + mapping.guard).next_multiple_of(mapping.align);
    let before = usable - mapping.guard - start.addr().get();
    // SAFETY: `before` is at most `align - page`, so within the mapping.
    let first = unsafe { start.add(before) };
    // SAFETY: `before + length` is at most `padded`.
    let end = unsafe { first.add(length) };
    // SAFETY: the fresh bytes in front of the first guard, which nothing uses.
    unsafe { unmap_range(start, before) };
    // SAFETY: the fresh bytes behind the last guard, which nothing uses.
    unsafe { unmap_range(end, padded - length - before) };
    // SAFETY: the guard is within the mapping.
    Some(unsafe { first.add(mapping.guard) })
}

/// Unmaps a block with its guards.
///
/// # Safety
///
/// `start` is a block of `mapping`, and not used again.
pub(crate) unsafe fn unmap(start: NonNull<u8>, mapping: &Mapping) {
    // SAFETY: a guard lies before each block that has any.
    let first = unsafe { start.sub(mapping.guard) };
    // SAFETY: the block with its guards, by `# Safety` of this fn.
    unsafe { unmap_range(first, mapping.size + 2 * mapping.guard) };
}

/// Unmaps the pages behind the new end. Returns `false` if the system refuses; then nothing has changed.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has fewer pages and the same guards. Nothing uses the pages behind the new end.
pub(crate) unsafe fn shrink(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
    // SAFETY: the new end is within the block.
    let end = unsafe { start.add(new.size) };
    let rest = old.size - new.size;
    if new.guard == 0 {
        // SAFETY: pages of the block that nothing uses, by `# Safety` of this fn.
        return unsafe { libc::munmap(end.as_ptr().cast(), rest) } == 0;
    }
    // The pages behind the new end become the new guard. They may reach into the old one.
    // SAFETY: pages of the block and its guard that nothing uses, by `# Safety` of this fn.
    if unsafe { libc::mprotect(end.as_ptr().cast(), new.guard, libc::PROT_NONE) } != 0 {
        return false;
    }
    // SAFETY: as above; their contents are not needed.
    unsafe { libc::madvise(end.as_ptr().cast(), new.guard, libc::MADV_DONTNEED) };
    // SAFETY: the new guard ends `rest` bytes in front of the end of the old one.
    let behind = unsafe { end.add(new.guard) };
    // SAFETY: the bytes up to the end of the old guard, which nothing uses.
    unsafe { unmap_range(behind, rest) };
    true
}

/// Locks pages in memory, and touches each of them.
///
/// # Safety
///
/// The pages are mapped and accessible, and belong to the caller.
pub(crate) unsafe fn lock(start: NonNull<u8>, length: usize) -> Result<(), ErrorCode> {
    // SAFETY: by `# Safety` of this fn; it does not change their contents.
    check(unsafe { libc::mlock(start.as_ptr().cast(), length) })
}

/// Undoes [`lock`].
///
/// # Safety
///
/// The pages are mapped, and belong to the caller.
pub(crate) unsafe fn unlock(start: NonNull<u8>, length: usize) {
    // SAFETY: by `# Safety` of this fn; it does not change their contents.
    unsafe { libc::munlock(start.as_ptr().cast(), length) };
}
