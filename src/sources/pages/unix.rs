//! `mmap` and its relatives. What only Linux has is `kernel`'s.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "posix.rs")]
mod kernel;

use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::Mapping;
pub(super) use kernel::grow;
use kernel::{POPULATE, advise};

/// The size of a page. Asked once; two threads that ask at once store the same answer.
#[inline]
pub(super) fn page_size() -> usize {
    static PAGE_SIZE: AtomicUsize = AtomicUsize::new(0);

    #[cold]
    fn ask() -> usize {
        // SAFETY: `sysconf` may be called with any name.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        // Every Unix answers. A page of 4 KiB is what an old one would have.
        let size = usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096);
        PAGE_SIZE.store(size, Ordering::Relaxed);
        size
    }

    match PAGE_SIZE.load(Ordering::Relaxed) {
        0 => ask(),
        size => size,
    }
}

pub(super) fn guard_size() -> usize {
    page_size()
}

/// Maps `length` bytes of fresh zero pages, where the kernel likes.
fn map_anywhere(length: usize, protection: libc::c_int, flags: libc::c_int) -> Option<NonNull<u8>> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | flags;
    // SAFETY: a fresh private mapping at no fixed address touches no memory in use.
    let start = unsafe { libc::mmap(ptr::null_mut(), length, protection, flags, -1, 0) };
    if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
}

/// # Safety
///
/// The range is mapped, belongs to the caller, and is not used again. `length` may be 0.
unsafe fn unmap_range(start: NonNull<u8>, length: usize) {
    if length == 0 {
        return;
    }
    // SAFETY: by `# Safety` of this fn.
    if unsafe { libc::munmap(start.as_ptr().cast(), length) } != 0 {
        // The process has as many mappings as it may have, and cutting this one makes one more. The mapping is lost; its
        // memory need not be.
        // SAFETY: by `# Safety` of this fn.
        unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_DONTNEED) };
    }
}

const USABLE: libc::c_int = libc::PROT_READ | libc::PROT_WRITE;

pub(super) fn map(mapping: &Mapping) -> Option<NonNull<u8>> {
    if mapping.guard == 0 && mapping.align <= page_size() {
        // (No huge page has so small an align.)
        return map_anywhere(mapping.size, USABLE, if mapping.populate { POPULATE } else { 0 });
    }
    // Without access at first, so that what is cut off or guards is not charged for.
    let mut start = reserve(mapping, libc::PROT_NONE)?;
    // SAFETY: the usable part of a fresh mapping.
    if unsafe { libc::mprotect(start.as_ptr().cast(), mapping.size, USABLE) } != 0 {
        // SAFETY: `reserve` made it, and nobody has it.
        unsafe { unmap(start, mapping) };
        if mapping.guard > 0 {
            return None;
        }
        // A sandbox may refuse that call, which there are others for.
        start = reserve(mapping, USABLE)?;
    }
    // SAFETY: the usable part of a fresh mapping.
    unsafe { advise(start, mapping, 0) };
    Some(start)
}

/// Takes address space for `mapping` and its guards, all of it with the same access. Returns the start of what is to be the
/// usable part.
fn reserve(mapping: &Mapping, protection: libc::c_int) -> Option<NonNull<u8>> {
    let length = mapping.size.checked_add(2 * mapping.guard)?;
    // More than needed, then cut to the align.
    let padded = length.checked_add(mapping.align - page_size())?;
    if padded > isize::MAX as usize {
        return None;
    }
    let start = map_anywhere(padded, protection, 0)?;
    let usable = (start.addr().get() + mapping.guard).next_multiple_of(mapping.align);
    let before = usable - mapping.guard - start.addr().get();
    // SAFETY: `before` is at most `align - page`, so within the mapping.
    let first = unsafe { start.add(before) };
    // SAFETY: `before + length` is at most `padded`.
    let end = unsafe { first.add(length) };
    // SAFETY: nothing uses what lies before the first guard.
    unsafe { unmap_range(start, before) };
    // SAFETY: nothing uses what lies behind the last guard.
    unsafe { unmap_range(end, padded - length - before) };
    // SAFETY: the guard is within the mapping.
    Some(unsafe { first.add(mapping.guard) })
}

/// # Safety
///
/// `start` is a block of `mapping`, and not used again.
pub(super) unsafe fn unmap(start: NonNull<u8>, mapping: &Mapping) {
    // SAFETY: a guard lies before each block that has any.
    let first = unsafe { start.sub(mapping.guard) };
    // SAFETY: the block with its guards, by `# Safety` of this fn.
    unsafe { unmap_range(first, mapping.size + 2 * mapping.guard) };
}

/// Gives the pages behind the new end back. `false` if the system refused; then nothing has changed.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has fewer pages.
pub(super) unsafe fn shrink(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
    // SAFETY: the new end is within the block.
    let end = unsafe { start.add(new.size) };
    let rest = old.size - new.size;
    if new.guard == 0 {
        // SAFETY: nobody uses what lies behind the new end.
        return unsafe { libc::munmap(end.as_ptr().cast(), rest) } == 0;
    }
    // SAFETY: the pages behind the new end are the block's, and nobody uses them; they become the new guard.
    if unsafe { libc::mprotect(end.as_ptr().cast(), new.guard, libc::PROT_NONE) } != 0 {
        return false;
    }
    // SAFETY: as above; what was in the guard's pages is not needed.
    unsafe { libc::madvise(end.as_ptr().cast(), new.guard, libc::MADV_DONTNEED) };
    // SAFETY: the new guard ends at most at the end of the old one.
    let behind = unsafe { end.add(new.guard) };
    // SAFETY: from there to the end of the old guard nothing is used.
    unsafe { unmap_range(behind, rest) };
    true
}
