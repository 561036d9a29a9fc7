//! The methods of `Allocator` in terms of a `GlobalAlloc`. The differences between the two contracts are handled here only: size 0,
//! changes of the align, and null for failure.

use core::ptr::{self, NonNull};

use super::move_block::zero_rest;
use super::{AllocError, GlobalAlloc, Layout};

/// Returns the dangling block that serves a request of size 0 (rule 6 of [`api`](crate::api#the-rules)).
#[inline]
pub(crate) fn dangling(layout: Layout) -> NonNull<[u8]> {
    let address = ptr::without_provenance_mut(layout.align());
    // SAFETY: an align is a power of two, so it is not 0.
    let start = unsafe { NonNull::new_unchecked(address) };
    NonNull::slice_from_raw_parts(start, 0)
}

/// Converts a pointer of a `GlobalAlloc` into a block. The block is exactly as long as requested, because a `GlobalAlloc` must
/// be given back exactly the layout it was asked for (rule 3).
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
/// `start` is a live block that a function of this module returned for `global`, and `layout` is its layout.
#[inline]
pub(crate) unsafe fn deallocate<G: GlobalAlloc + ?Sized>(global: &G, start: NonNull<u8>, layout: Layout) {
    if layout.size() != 0 {
        // SAFETY: by `# Safety` of this fn. The size is not 0, so `global` allocated the block, with this layout.
        unsafe { global.dealloc(start.as_ptr(), layout) };
    }
}

/// # Safety
///
/// Those of [`deallocate`] with `old`; and `new.size() >= old.size()`.
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
    // SAFETY: by `# Safety` of this fn. The old size is not 0, and the new size is no smaller.
    unsafe { resize(global, start, old, new) }
}

/// # Safety
///
/// Those of [`grow`].
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
        // SAFETY: by `# Safety` of this fn `start` is live with `old`, whose size is not 0. Both blocks have `old.size()` bytes,
        // and they are disjoint, since both are live.
        unsafe { copy_and_free(global, start, old, moved.cast(), old.size()) };
        return Ok(moved);
    }
    // SAFETY: by `# Safety` of this fn. The old size is not 0, and the new size is no smaller.
    let grown = unsafe { resize(global, start, old, new) }?;
    // `realloc` does not zero what it adds.
    // SAFETY: the block is the caller's, and has `new.size() >= old.size()` bytes.
    unsafe { zero_rest(grown, old.size()) };
    Ok(grown)
}

/// # Safety
///
/// Those of [`deallocate`] with `old`; and `new.size() <= old.size()`.
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
    // SAFETY: by `# Safety` of this fn. The new size is not 0, and the old size is no smaller.
    unsafe { resize(global, start, old, new) }
}

/// Resizes a block by `realloc` if the align stays, and into a new block otherwise, because `realloc` cannot change the align.
///
/// # Safety
///
/// Those of [`deallocate`] with `old`; and neither size is 0.
#[inline]
unsafe fn resize<G: GlobalAlloc + ?Sized>(
    global: &G,
    start: NonNull<u8>,
    old: Layout,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if old.align() == new.align() {
        // SAFETY: by `# Safety` of this fn the block is live with `old`, and the new size is not 0. `new` is a `Layout` of the same
        // align, so its size, rounded up to the align, is at most `isize::MAX`.
        return block(unsafe { global.realloc(start.as_ptr(), old, new.size()) }, new);
    }
    let moved = allocate(global, new)?;
    // SAFETY: by `# Safety` of this fn `start` is live with `old`, whose size is not 0. Both blocks have the smaller of the two
    // sizes, and they are disjoint, since both are live.
    unsafe { copy_and_free(global, start, old, moved.cast(), old.size().min(new.size())) };
    Ok(moved)
}

/// Copies `length` bytes from `start` to `moved`, then frees `start`.
///
/// # Safety
///
/// 1. `start` is a live block as for [`deallocate`], with the layout `old`, whose size is not 0.
/// 2. Both blocks have at least `length` bytes and are disjoint.
// Not inlined, because a change of align is rare. Besides, a layout of `UsableSize` may have more bytes than were requested of
// `malloc`, and the compiler must not see both sizes.
#[cold]
#[inline(never)]
unsafe fn copy_and_free<G: GlobalAlloc + ?Sized>(
    global: &G,
    start: NonNull<u8>,
    old: Layout,
    moved: NonNull<u8>,
    length: usize,
) {
    // SAFETY: by (2) of this fn.
    unsafe { start.copy_to_nonoverlapping(moved, length) };
    // SAFETY: by (1) of this fn.
    unsafe { deallocate(global, start, old) };
}

/// Implements [`Allocator`](super::Allocator) for a type by forwarding to the `GlobalAlloc` that its `global()` returns.
macro_rules! allocator_over_global {
    ([$($generics:tt)*] $adapter:ty) => {
        // SAFETY: `global_calls` maps each method to calls that the contract of `GlobalAlloc` allows, and `global()` returns the
        // same allocator for all copies of the value, wherever they are moved.
        unsafe impl<$($generics)*> $crate::api::Allocator for $adapter {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                $crate::api::global_calls::allocate(self.global(), layout)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                $crate::api::global_calls::allocate_zeroed(self.global(), layout)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: by `# Safety` of this fn.
                unsafe { $crate::api::global_calls::deallocate(self.global(), block, layout) };
            }

            #[inline]
            unsafe fn grow(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { $crate::api::global_calls::grow(self.global(), block, old_layout, new_layout) }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { $crate::api::global_calls::grow_zeroed(self.global(), block, old_layout, new_layout) }
            }

            #[inline]
            unsafe fn shrink(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { $crate::api::global_calls::shrink(self.global(), block, old_layout, new_layout) }
            }
        }
    };
}
pub(crate) use allocator_over_global;
