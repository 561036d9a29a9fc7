//! `mmap` and its relatives.

use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::Mapping;

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
        // The process has as many mappings as it may have, and cutting this one makes one more. The address range is
        // lost; its memory need not be.
        // SAFETY: by `# Safety` of this fn.
        unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_DONTNEED) };
    }
}

/// Reserves address space for `mapping` and its guards. Without guards it is usable at once, and all of it is fresh; with
/// guards nothing is accessible yet. Returns the start of the usable part.
fn reserve(mapping: &Mapping, populate: bool) -> Option<NonNull<u8>> {
    let page = page_size();
    let protection = if mapping.guard == 0 { libc::PROT_READ | libc::PROT_WRITE } else { libc::PROT_NONE };
    let length = mapping.size.checked_add(2 * mapping.guard)?;
    if mapping.align <= page {
        let flags = if populate && mapping.guard == 0 { POPULATE } else { 0 };
        let start = map_anywhere(length, protection, flags)?;
        // SAFETY: the guard is within the mapping.
        return Some(unsafe { start.add(mapping.guard) });
    }
    // More than needed, then cut to the align.
    let padded = length.checked_add(mapping.align - page)?;
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

pub(super) fn map(mapping: &Mapping) -> Option<NonNull<u8>> {
    // Advice must come before the first touch.
    let populate_at_once = mapping.populate && !mapping.huge;
    let start = reserve(mapping, populate_at_once)?;
    if mapping.guard != 0 {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the usable part of a fresh mapping.
        let error = unsafe { libc::mprotect(start.as_ptr().cast(), mapping.size, protection) };
        if error != 0 {
            // SAFETY: `reserve` made it, and nobody has it.
            unsafe { unmap(start, mapping) };
            return None;
        }
    }
    // SAFETY: the usable part of a fresh mapping.
    unsafe { advise(start, mapping, 0) };
    Some(start)
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
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED;
    // SAFETY: the pages behind the new end are the block's; they become the new guard.
    let guard = unsafe { libc::mmap(end.as_ptr().cast(), new.guard, libc::PROT_NONE, flags, -1, 0) };
    if guard == libc::MAP_FAILED {
        return false;
    }
    // SAFETY: the new guard ends at most at the end of the old one.
    let behind = unsafe { end.add(new.guard) };
    // SAFETY: from there to the end of the old guard nothing is used.
    unsafe { unmap_range(behind, rest) };
    true
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const POPULATE: libc::c_int = libc::MAP_POPULATE;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const POPULATE: libc::c_int = 0;

/// Asks for huge pages, and for memory at once, from `from` on. Advice may be refused: it changes no result.
///
/// # Safety
///
/// `start` is a block of `mapping`.
#[cfg(any(target_os = "linux", target_os = "android"))]
unsafe fn advise(start: NonNull<u8>, mapping: &Mapping, from: usize) {
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

/// There is nothing to ask for.
///
/// # Safety
///
/// `start` is a block of `mapping`.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
unsafe fn advise(_: NonNull<u8>, _: &Mapping, _: usize) {}

/// Moves pages, not bytes. `None` if the system cannot; then nothing has changed.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) unsafe fn grow(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
    let remap = |flags, to: *mut u8| {
        // SAFETY: the block's own pages, by `# Safety` of `grow`; with `MREMAP_FIXED`, `to` is a reservation of ours.
        let moved = unsafe { libc::mremap(start.as_ptr().cast(), old.size, new.size, flags, to) };
        if moved == libc::MAP_FAILED { None } else { NonNull::new(moved.cast::<u8>()) }
    };
    let grown = if new.guard == 0 && new.align <= page_size() {
        remap(libc::MREMAP_MAYMOVE, ptr::null_mut())?
    } else {
        // Behind a guard nothing is free; without one, and aligned as the new size asks, there may be room.
        let in_place = new.guard == 0 && start.addr().get() % new.align == 0;
        match in_place.then(|| remap(0, ptr::null_mut())).flatten() {
            Some(grown) => grown,
            None => {
                let to = reserve(new, false)?;
                let Some(moved) = remap(libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED, to.as_ptr()) else {
                    // SAFETY: just reserved, and nobody has it.
                    unsafe { unmap(to, new) };
                    return None;
                };
                if old.guard != 0 {
                    // SAFETY: the guard before the old block, which is gone.
                    let before = unsafe { start.sub(old.guard) };
                    // SAFETY: as above.
                    unsafe { unmap_range(before, old.guard) };
                    // SAFETY: the end of the old block.
                    let behind = unsafe { start.add(old.size) };
                    // SAFETY: the guard behind the old block.
                    unsafe { unmap_range(behind, old.guard) };
                }
                moved
            }
        }
    };
    // SAFETY: a block of `new` now.
    unsafe { advise(grown, new, old.size) };
    Some(grown)
}

/// Only Linux moves pages; elsewhere the caller copies.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) unsafe fn grow(_: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
    None
}
