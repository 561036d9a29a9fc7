//! Windows: `VirtualAlloc` and its relatives.
//!
//! Memory is reserved in units of the allocation granularity (64 KiB) and released as a whole, by the address of the
//! reservation. That is the address of the block, or one guard before it. A block of an align above the granularity may
//! lie further behind; the system knows the address of its reservation.
//!
//! (`VirtualAlloc2` reserves aligned memory. But older systems lack it, and looking up a function takes the lock of the
//! loader, which a thread that waits for an allocator may hold.)

use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, MEMORY_BASIC_INFORMATION, PAGE_NOACCESS, PAGE_READWRITE,
    VirtualAlloc, VirtualFree, VirtualLock, VirtualQuery, VirtualUnlock,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};

use super::Mapping;
pub(crate) use super::lacking::{bind, map_huge, omit_from_dumps, wipe_in_children};
use crate::os::{ErrorCode, last_error};

static PAGE_SIZE: AtomicUsize = AtomicUsize::new(0);
static GRANULARITY: AtomicUsize = AtomicUsize::new(0);

/// Returns the page size and the allocation granularity.
#[inline]
fn sizes() -> (usize, usize) {
    #[cold]
    fn ask() -> (usize, usize) {
        let mut info = MaybeUninit::<SYSTEM_INFO>::zeroed();
        // SAFETY: `info` is writable.
        unsafe { GetSystemInfo(info.as_mut_ptr()) };
        // SAFETY: the call wrote the whole struct, for which zero bytes are valid too.
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
pub(crate) fn page_size() -> usize {
    sizes().0
}

/// Returns the allocation granularity, so that a block behind a guard is aligned like a block without guards.
pub(crate) fn guard_size() -> usize {
    sizes().1
}

/// Reserves `length` bytes at `address`, or anywhere for null.
fn reserve(address: *mut u8, length: usize) -> Option<NonNull<u8>> {
    // SAFETY: fresh address space touches no memory in use.
    let start = unsafe { VirtualAlloc(address.cast(), length, MEM_RESERVE, PAGE_NOACCESS) };
    NonNull::new(start.cast())
}

/// Releases a reservation.
///
/// # Safety
///
/// `reserve` returned `start`, and nothing in the reservation is used again.
unsafe fn release(start: NonNull<u8>) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { VirtualFree(start.as_ptr().cast(), 0, MEM_RELEASE) };
}

/// The number of attempts at an exact aligned reservation, before a larger one is made.
const MAX_ATTEMPTS: usize = 4;

/// Reserves `length` bytes by `reserve`, so that the byte at offset `guard` is aligned. Returns the first of them.
///
/// If the align is above the granularity, the reservation may be larger on both sides.
fn reserve_aligned(
    length: usize,
    guard: usize,
    align: usize,
    reserve: impl Fn(*mut u8, usize) -> Option<NonNull<u8>>,
) -> Option<NonNull<u8>> {
    if align <= sizes().1 {
        return reserve(ptr::null_mut(), length);
    }
    let padded = length.checked_add(align)?;
    // Reserves more than needed, releases it, and reserves the aligned part of it, which another thread may take in
    // between.
    for _ in 0..MAX_ATTEMPTS {
        let hole = reserve(ptr::null_mut(), padded)?;
        let start = aligned_in(hole, guard, align);
        // SAFETY: a fresh reservation, which nothing uses.
        unsafe { release(hole) };
        if let Some(start) = reserve(start.as_ptr(), length) {
            return Some(start);
        }
    }
    reserve(ptr::null_mut(), padded).map(|hole| aligned_in(hole, guard, align))
}

/// Returns the first address in a reservation from which on the byte at offset `guard` is aligned. The reservation is
/// `align` bytes longer than needed.
fn aligned_in(hole: NonNull<u8>, guard: usize, align: usize) -> NonNull<u8> {
    let before = (hole.addr().get() + guard).next_multiple_of(align) - guard - hole.addr().get();
    // SAFETY: less than `align`, so within the reservation.
    unsafe { hole.add(before) }
}

/// Returns the start of the reservation that contains `address`, if any does.
fn reservation_of(address: NonNull<u8>) -> Option<NonNull<u8>> {
    let mut information = MaybeUninit::<MEMORY_BASIC_INFORMATION>::zeroed();
    // SAFETY: `information` is writable, and its size is passed.
    unsafe { VirtualQuery(address.as_ptr().cast(), information.as_mut_ptr(), size_of::<MEMORY_BASIC_INFORMATION>()) };
    // SAFETY: the call wrote the whole struct or nothing, and zero bytes are valid for it.
    let information = unsafe { information.assume_init() };
    NonNull::new(information.AllocationBase.cast())
}

/// Maps a block. Here `huge` and `populate` have no effect beyond the align.
pub(crate) fn map(mapping: &Mapping) -> Option<NonNull<u8>> {
    let length = mapping.size.checked_add(2 * mapping.guard)?;
    commit(reserve_aligned(length, mapping.guard, mapping.align, reserve)?, mapping)
}

/// Backs the usable part of a reservation with memory. `start` is the first byte of the first guard. Releases the
/// reservation if there is no memory.
fn commit(start: NonNull<u8>, mapping: &Mapping) -> Option<NonNull<u8>> {
    // SAFETY: the guard is within the reservation.
    let usable = unsafe { start.add(mapping.guard) };
    // SAFETY: the usable part of a fresh reservation.
    let committed = unsafe { VirtualAlloc(usable.as_ptr().cast(), mapping.size, MEM_COMMIT, PAGE_READWRITE) };
    if committed.is_null() {
        // SAFETY: a fresh block of `mapping`, which nothing uses.
        unsafe { unmap(usable, mapping) };
        return None;
    }
    Some(usable)
}

/// Releases a block with its guards.
///
/// # Safety
///
/// `start` is a block of `mapping`, and not used again.
pub(crate) unsafe fn unmap(start: NonNull<u8>, mapping: &Mapping) {
    let padded = if mapping.align > sizes().1 { reservation_of(start) } else { None };
    // SAFETY: a guard lies before each block that has any.
    let reserved = padded.unwrap_or_else(|| unsafe { start.sub(mapping.guard) });
    // SAFETY: the start of the block's reservation, and nothing uses the block.
    unsafe { release(reserved) };
}

/// Takes the memory away from the pages behind the new end. Their addresses stay reserved, without access, until the
/// block is unmapped. Returns `false` if the system refuses; then nothing has changed.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has fewer pages and the same guards. Nothing uses the pages behind the new end.
pub(crate) unsafe fn shrink(start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
    // SAFETY: the new end is within the block.
    let end = unsafe { start.add(new.size) };
    // SAFETY: pages of the block that nothing uses, by `# Safety` of this fn.
    unsafe { VirtualFree(end.as_ptr().cast(), old.size - new.size, MEM_DECOMMIT) != 0 }
}

/// Returns `None`: pages do not move, so the caller copies.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
pub(crate) unsafe fn grow(_: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
    None
}

/// Locks pages in memory.
///
/// # Safety
///
/// The pages are mapped and accessible, and belong to the caller.
pub(crate) unsafe fn lock(start: NonNull<u8>, length: usize) -> Result<(), ErrorCode> {
    // SAFETY: by `# Safety` of this fn; it does not change their contents.
    if unsafe { VirtualLock(start.as_ptr().cast(), length) } != 0 { Ok(()) } else { Err(last_error()) }
}

/// Undoes [`lock`].
///
/// # Safety
///
/// The pages are mapped, and belong to the caller.
pub(crate) unsafe fn unlock(start: NonNull<u8>, length: usize) {
    // SAFETY: by `# Safety` of this fn; it does not change their contents.
    unsafe { VirtualUnlock(start.as_ptr().cast(), length) };
}

#[cfg(test)]
mod tests {
    use super::{Mapping, commit, page_size, release, reservation_of, reserve, reserve_aligned, sizes, unmap};

    /// If another thread takes the aligned part in every attempt, more is reserved than needed, and all of it is
    /// released with the block.
    #[test]
    fn a_block_is_aligned_although_others_take_the_aligned_addresses() {
        let taken = |address: *mut u8, length| if address.is_null() { reserve(address, length) } else { None };
        let is_released = |mapping: &Mapping| {
            let start = reserve_aligned(mapping.size + 2 * mapping.guard, mapping.guard, mapping.align, taken).unwrap();
            let hole = reservation_of(start).unwrap();
            let block = commit(start, mapping).unwrap();
            assert_eq!(block.addr().get() % mapping.align, 0);
            assert!(block.addr().get() - hole.addr().get() < mapping.align + mapping.guard);
            // SAFETY: the block has that many bytes.
            unsafe { block.write_bytes(1, mapping.size) };
            // SAFETY: a block of `mapping`, which nothing uses.
            unsafe { unmap(block, mapping) };
            let again = reserve(hole.as_ptr(), mapping.size + 2 * mapping.guard + mapping.align);
            // SAFETY: a fresh reservation, which nothing uses.
            again.inspect(|&again| unsafe { release(again) }).is_some()
        };
        for guard in [0, sizes().1] {
            for align in [2 * sizes().1, 2 << 20, 64 << 20] {
                let mapping = Mapping { size: 3 * page_size(), align, guard, huge: false, populate: false };
                // Other tests may take the addresses in between.
                assert!((0..20).any(|_| is_released(&mapping)), "{align} {guard}");
            }
        }
    }
}
