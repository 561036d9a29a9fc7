//! `VirtualAlloc` and its relatives. Memory is reserved in units of the allocation granularity (64 KiB) and released whole, by
//! the address it was reserved at; so that address must follow from the block's: the block's own, or one guard before.

use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_NOACCESS, PAGE_READWRITE, VirtualAlloc, VirtualFree,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};

use super::Mapping;

static PAGE_SIZE: AtomicUsize = AtomicUsize::new(0);
static GRANULARITY: AtomicUsize = AtomicUsize::new(0);

/// The page size and the allocation granularity.
#[inline]
fn sizes() -> (usize, usize) {
    #[cold]
    fn ask() -> (usize, usize) {
        let mut info = MaybeUninit::<SYSTEM_INFO>::zeroed();
        // SAFETY: writes the whole struct.
        unsafe { GetSystemInfo(info.as_mut_ptr()) };
        // SAFETY: written, and zero bytes are a value of it too.
        let info = unsafe { info.assume_init() };
        let (page, granularity) = (info.dwPageSize as usize, info.dwAllocationGranularity as usize);
        PAGE_SIZE.store(page, Ordering::Relaxed);
        GRANULARITY.store(granularity, Ordering::Relaxed);
        (page, granularity)
    }

    match (PAGE_SIZE.load(Ordering::Relaxed), GRANULARITY.load(Ordering::Relaxed)) {
        (0, _) | (_, 0) => ask(),
        sizes => sizes,
    }
}

#[inline]
pub(super) fn page_size() -> usize {
    sizes().0
}

/// A whole unit, so that a block behind a guard is aligned like one without.
pub(super) fn guard_size() -> usize {
    sizes().1
}

/// Reserves `length` bytes at `address`, or anywhere for null.
fn reserve(address: *mut u8, length: usize) -> Option<NonNull<u8>> {
    // SAFETY: fresh address space touches no memory in use.
    let start = unsafe { VirtualAlloc(address.cast(), length, MEM_RESERVE, PAGE_NOACCESS) };
    NonNull::new(start.cast())
}

/// # Safety
///
/// `start` is what `reserve` returned, and nothing in it is used again.
unsafe fn release(start: NonNull<u8>) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { VirtualFree(start.as_ptr().cast(), 0, MEM_RELEASE) };
}

/// Reserves `length` bytes so that the byte at `guard` is aligned.
fn reserve_aligned(length: usize, guard: usize, align: usize) -> Option<NonNull<u8>> {
    if align <= sizes().1 {
        return reserve(ptr::null_mut(), length);
    }
    let padded = length.checked_add(align)?;
    // Finds a large enough hole, leaves it, and asks for the aligned part of it, which another thread may have taken
    // meanwhile: a few tries, then an error.
    for _ in 0..8 {
        let hole = reserve(ptr::null_mut(), padded)?;
        let before = (hole.addr().get() + guard).next_multiple_of(align) - guard - hole.addr().get();
        // SAFETY: nobody has it.
        unsafe { release(hole) };
        if let Some(start) = reserve(hole.as_ptr().wrapping_add(before), length) {
            return Some(start);
        }
    }
    None
}

/// `huge` and `populate` are without effect here but for the align.
pub(super) fn map(mapping: &Mapping) -> Option<NonNull<u8>> {
    let length = mapping.size.checked_add(2 * mapping.guard)?;
    let start = reserve_aligned(length, mapping.guard, mapping.align)?;
    // SAFETY: the guard is within the reservation.
    let usable = unsafe { start.add(mapping.guard) };
    // SAFETY: the usable part of a fresh reservation.
    let committed = unsafe { VirtualAlloc(usable.as_ptr().cast(), mapping.size, MEM_COMMIT, PAGE_READWRITE) };
    if committed.is_null() {
        // SAFETY: nobody has it.
        unsafe { release(start) };
        return None;
    }
    Some(usable)
}

/// # Safety
///
/// `start` is a block of `mapping`, and not used again.
pub(super) unsafe fn unmap(start: NonNull<u8>, mapping: &Mapping) {
    // SAFETY: a guard lies before each block that has any.
    let reserved = unsafe { start.sub(mapping.guard) };
    // SAFETY: a block starts one guard behind its reservation, by `map`, and does not move.
    unsafe { release(reserved) };
}

/// Gives the memory behind the new end back; the address space stays reserved, without access, until the block is freed.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has fewer pages.
pub(super) unsafe fn shrink(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
    // SAFETY: the new end is within the block.
    let end = unsafe { start.add(new.size) };
    // SAFETY: nobody uses what lies behind the new end.
    unsafe { VirtualFree(end.as_ptr().cast(), old.size - new.size, MEM_DECOMMIT) != 0 }
}

/// Windows moves no pages; the caller copies.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
pub(super) unsafe fn grow(_: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
    None
}
