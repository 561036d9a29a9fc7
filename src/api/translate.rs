//! The `Allocator` contract in terms of a `GlobalAlloc`, at the one place where the two differ.

use core::ptr::{self, NonNull};

use super::replace::zero_rest;
use super::{AllocError, GlobalAlloc, Layout};

/// The dangling block of size 0: no `GlobalAlloc` is ever asked for it (rule 6).
#[inline]
pub(crate) fn dangling(layout: Layout) -> NonNull<[u8]> {
    let address = ptr::without_provenance_mut(layout.align());
    // SAFETY: an align is a power of two, so not 0.
    let start = unsafe { NonNull::new_unchecked(address) };
    NonNull::slice_from_raw_parts(start, 0)
}

/// Null is failure; the length is exactly the requested one, since a `GlobalAlloc` must be given back exactly the layout
/// it was asked for (rule 3).
#[inline]
fn block(start: *mut u8, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
    let start = NonNull::new(start).ok_or(AllocError)?;
    Ok(NonNull::slice_from_raw_parts(start, layout.size()))
}

#[inline]
pub(crate) fn allocate<G: GlobalAlloc + ?Sized>(global: &G, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
    if layout.size() == 0 {
        return Ok(dangling(layout));
    }
    // SAFETY: the size is not 0.
    block(unsafe { global.alloc(layout) }, layout)
}

#[inline]
pub(crate) fn allocate_zeroed<G: GlobalAlloc + ?Sized>(
    global: &G,
    layout: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if layout.size() == 0 {
        return Ok(dangling(layout));
    }
    // SAFETY: the size is not 0.
    block(unsafe { global.alloc_zeroed(layout) }, layout)
}

/// # Safety
///
/// `start` is a live block of `global` through this module, and `layout` its layout.
#[inline]
pub(crate) unsafe fn deallocate<G: GlobalAlloc + ?Sized>(global: &G, start: NonNull<u8>, layout: Layout) {
    if layout.size() != 0 {
        // SAFETY: by `# Safety` of this fn; the size is not 0, so `global` gave the block out.
        unsafe { global.dealloc(start.as_ptr(), layout) };
    }
}

/// # Safety
///
/// As for [`deallocate`] with `old`; and `new.size() >= old.size()`.
#[inline]
pub(crate) unsafe fn grow<G: GlobalAlloc + ?Sized>(
    global: &G,
    start: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if old.size() == 0 {
        return allocate(global, new);
    }
    // SAFETY: the old size is not 0, so neither is the new one; the rest by `# Safety` of this fn.
    unsafe { resize(global, start, old, new) }
}

/// # Safety
///
/// As for [`grow`].
#[inline]
pub(crate) unsafe fn grow_zeroed<G: GlobalAlloc + ?Sized>(
    global: &G,
    start: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if old.size() == 0 {
        return allocate_zeroed(global, new);
    }
    if old.align() != new.align() {
        let moved = allocate_zeroed(global, new)?;
        // SAFETY: both blocks hold `old.size()` bytes and are disjoint, being live at once.
        unsafe { replace(global, start, old, moved.cast(), old.size()) };
        return Ok(moved);
    }
    // SAFETY: the old size is not 0, so neither is the new one; the rest by `# Safety` of this fn.
    let grown = unsafe { resize(global, start, old, new) }?;
    // `realloc` does not.
    // SAFETY: the block has `new.size() >= old.size()` bytes.
    unsafe { zero_rest(grown, old.size()) };
    Ok(grown)
}

/// # Safety
///
/// As for [`deallocate`] with `old`; and `new.size() <= old.size()`.
#[inline]
pub(crate) unsafe fn shrink<G: GlobalAlloc + ?Sized>(
    global: &G,
    start: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if new.size() == 0 {
        // SAFETY: by `# Safety` of this fn.
        unsafe { deallocate(global, start, old) };
        return Ok(dangling(new));
    }
    // SAFETY: the new size is not 0, so neither is the old one; the rest by `# Safety` of this fn.
    unsafe { resize(global, start, old, new) }
}

/// `realloc` where it can serve, else a new block: `realloc` keeps the align it was given.
///
/// # Safety
///
/// As for [`deallocate`] with `old`; and neither size is 0.
#[inline]
unsafe fn resize<G: GlobalAlloc + ?Sized>(
    global: &G,
    start: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if old.align() == new.align() {
        // SAFETY: the block is live with `old`; `new` is a `Layout` of the same align, so its size, rounded up, is at
        // most `isize::MAX`; it is not 0.
        return block(unsafe { global.realloc(start.as_ptr(), old, new.size()) }, new);
    }
    let moved = allocate(global, new)?;
    // SAFETY: both blocks hold the smaller of the two sizes and are disjoint, being live at once.
    unsafe { replace(global, start, old, moved.cast(), old.size().min(new.size())) };
    Ok(moved)
}

/// Copies `length` bytes from `start` to `moved`, then frees `start`.
///
/// # Safety
///
/// `start` is live with layout `old`, which is not of size 0; both blocks hold `length` bytes and are disjoint.
// Not inlined: a change of align is rare, and the bytes copied may be more than were asked of `malloc` (see `UsableSize`),
// which the compiler must not compare.
#[cold]
#[inline(never)]
unsafe fn replace<G: GlobalAlloc + ?Sized>(
    global: &G,
    start: NonNull<u8>,
    old: Layout,
    moved: NonNull<u8>,
    length: usize,
) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { start.copy_to_nonoverlapping(moved, length) };
    // SAFETY: by `# Safety` of this fn.
    unsafe { deallocate(global, start, old) };
}

/// Implements [`Allocator`](super::Allocator) for a type by the `GlobalAlloc` that its `global()` gives.
macro_rules! allocator_over_global {
    ([$($generics:tt)*] $adapter:ty) => {
        // SAFETY: `translate` maps each method to calls that a `GlobalAlloc` allows, and `global()` is the same for all
        // copies, wherever they move.
        unsafe impl<$($generics)*> $crate::api::Allocator for $adapter {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                translate::allocate(self.global(), layout)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                translate::allocate_zeroed(self.global(), layout)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: by `# Safety` of this fn.
                unsafe { translate::deallocate(self.global(), block, layout) };
            }

            #[inline]
            unsafe fn grow(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { translate::grow(self.global(), block, old_layout, new_layout) }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { translate::grow_zeroed(self.global(), block, old_layout, new_layout) }
            }

            #[inline]
            unsafe fn shrink(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { translate::shrink(self.global(), block, old_layout, new_layout) }
            }
        }
    };
}
pub(crate) use allocator_over_global;
