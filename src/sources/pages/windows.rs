//! `VirtualAlloc` and its relatives. Memory is reserved in units of the allocation granularity (64 KiB) and released whole, by
//! the address it was reserved at. That is the block's own, or one guard before; or, for a block that is aligned to more, what the system
//! says, since it may lie further behind.
//!
//! (`VirtualAlloc2` reserves aligned memory. But older systems lack it, and to look a function up takes the loader's lock, which the
//! thread that waits for an allocator may hold.)

use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, MEMORY_BASIC_INFORMATION, PAGE_NOACCESS, PAGE_READWRITE,
    VirtualAlloc, VirtualFree, VirtualQuery,
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

/// How often to look for a place that is aligned before more is reserved than is needed.
const TRIES: usize = 4;

/// Has `reserve` reserve `length` bytes so that the byte at `guard` is aligned. There may be more in front of what is returned, and behind
/// it, if the align is above the granularity.
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
    // Finds a large enough hole, leaves it, and asks for the aligned part of it, which another thread may have taken meanwhile.
    for _ in 0..TRIES {
        let hole = reserve(ptr::null_mut(), padded)?;
        let start = aligned_in(hole, guard, align);
        // SAFETY: nobody has it.
        unsafe { release(hole) };
        if let Some(start) = reserve(start.as_ptr(), length) {
            return Some(start);
        }
    }
    reserve(ptr::null_mut(), padded).map(|hole| aligned_in(hole, guard, align))
}

/// Where in a reservation that is `align` longer than needed to begin, so that the byte at `guard` is aligned.
fn aligned_in(hole: NonNull<u8>, guard: usize, align: usize) -> NonNull<u8> {
    let before = (hole.addr().get() + guard).next_multiple_of(align) - guard - hole.addr().get();
    // SAFETY: less than `align`, so within the reservation.
    unsafe { hole.add(before) }
}

/// Where the reservation starts that `address` lies in; `None` if it lies in none.
fn reservation_of(address: NonNull<u8>) -> Option<NonNull<u8>> {
    let mut information = MaybeUninit::<MEMORY_BASIC_INFORMATION>::zeroed();
    // SAFETY: writes the whole struct, or nothing.
    unsafe { VirtualQuery(address.as_ptr().cast(), information.as_mut_ptr(), size_of::<MEMORY_BASIC_INFORMATION>()) };
    // SAFETY: zero bytes are a value of it.
    let information = unsafe { information.assume_init() };
    NonNull::new(information.AllocationBase.cast())
}

/// `huge` and `populate` are without effect here but for the align.
pub(super) fn map(mapping: &Mapping) -> Option<NonNull<u8>> {
    let length = mapping.size.checked_add(2 * mapping.guard)?;
    commit(reserve_aligned(length, mapping.guard, mapping.align, reserve)?, mapping)
}

/// Makes a reservation from `start` on a block of `mapping`; releases it if there is no memory.
fn commit(start: NonNull<u8>, mapping: &Mapping) -> Option<NonNull<u8>> {
    // SAFETY: the guard is within the reservation.
    let usable = unsafe { start.add(mapping.guard) };
    // SAFETY: the usable part of a fresh reservation.
    let committed = unsafe { VirtualAlloc(usable.as_ptr().cast(), mapping.size, MEM_COMMIT, PAGE_READWRITE) };
    if committed.is_null() {
        // SAFETY: nobody has it.
        unsafe { unmap(usable, mapping) };
        return None;
    }
    Some(usable)
}

/// # Safety
///
/// `start` is a block of `mapping`, and not used again.
pub(super) unsafe fn unmap(start: NonNull<u8>, mapping: &Mapping) {
    let padded = if mapping.align > sizes().1 { reservation_of(start) } else { None };
    // SAFETY: a guard lies before each block that has any.
    let reserved = padded.unwrap_or_else(|| unsafe { start.sub(mapping.guard) });
    // SAFETY: the reservation of a block that nobody uses, which does not move.
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

#[cfg(test)]
mod tests {
    use super::{Mapping, commit, page_size, release, reservation_of, reserve, reserve_aligned, sizes, unmap};

    /// Another thread is always faster: then more is reserved than is needed, and all of it is released with the block.
    #[test]
    fn aligned_whoever_takes_the_places() {
        let taken = |address: *mut u8, length| if address.is_null() { reserve(address, length) } else { None };
        let is_released = |mapping: &Mapping| {
            let start = reserve_aligned(mapping.size + 2 * mapping.guard, mapping.guard, mapping.align, taken).unwrap();
            let hole = reservation_of(start).unwrap();
            let block = commit(start, mapping).unwrap();
            assert_eq!(block.addr().get() % mapping.align, 0);
            assert!(block.addr().get() - hole.addr().get() < mapping.align + mapping.guard);
            // SAFETY: it has so many bytes.
            unsafe { block.write_bytes(1, mapping.size) };
            // SAFETY: nobody uses it.
            unsafe { unmap(block, mapping) };
            let again = reserve(hole.as_ptr(), mapping.size + 2 * mapping.guard + mapping.align);
            // SAFETY: nobody has it.
            again.inspect(|&again| unsafe { release(again) }).is_some()
        };
        for guard in [0, sizes().1] {
            for align in [2 * sizes().1, 2 << 20, 64 << 20] {
                let mapping = Mapping { size: 3 * page_size(), align, guard, huge: false, populate: false };
                // Other tests take places as well.
                assert!((0..20).any(|_| is_released(&mapping)), "{align} {guard}");
            }
        }
    }
}
