//! Blocks for single values. A layout of size 0 never reaches an allocator.

use core::alloc::Layout;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use alloc::alloc::handle_alloc_error;

use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, global_calls};

/// Ends a method that cannot return an error, because no block of this layout could be allocated. `None` means that the
/// size overflows.
#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn fail(layout: Option<Layout>) -> ! {
    match layout {
        Some(layout) => handle_alloc_error(layout),
        None => panic!("capacity overflow"),
    }
}

/// Allocates a block of `allocator` that `layout` fits. Returns a dangling pointer with the align of `layout` if its
/// size is 0.
#[inline]
pub(super) fn allocate<A: Allocator>(
    allocator: &A,
    layout: Layout,
    contents: Contents,
) -> Result<NonNull<u8>, AllocError> {
    if layout.size() == 0 {
        return Ok(global_calls::dangling(layout).cast());
    }
    contents.allocate(allocator, layout).map(NonNull::cast)
}

/// Owns a block from [`allocate`], and frees it on drop, so that a panic does not leak it.
///
/// # Invariants
///
/// 1. If the size of `layout` is not 0, `start` is a live block of `allocator` that `layout` fits, and only this value
///    frees it.
pub(super) struct OwnedBlock<'a, A: Allocator> {
    start: NonNull<u8>,
    layout: Layout,
    allocator: &'a A,
}

impl<'a, A: Allocator> OwnedBlock<'a, A> {
    /// # Safety
    ///
    /// If the size of `layout` is not 0, `start` is a live block of `allocator` that `layout` fits, and nothing else
    /// frees it.
    #[inline]
    pub(super) unsafe fn new(start: NonNull<u8>, layout: Layout, allocator: &'a A) -> Self {
        Self { start, layout, allocator }
    }

    /// Returns the block without freeing it.
    #[inline]
    pub(super) fn release(self) -> NonNull<u8> {
        ManuallyDrop::new(self).start
    }

    #[inline]
    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }
}

impl<A: Allocator> Drop for OwnedBlock<'_, A> {
    #[inline]
    fn drop(&mut self) {
        if self.layout.size() != 0 {
            // SAFETY: by invariant 1, and the block is not used after this.
            unsafe { self.allocator.deallocate(self.start, self.layout) };
        }
    }
}

/// Returns a pointer to `start` with the metadata of `like`. (`with_metadata_of` is not stable.)
#[inline]
pub(super) fn with_metadata_of<T: ?Sized>(start: NonNull<u8>, like: *const T) -> NonNull<T> {
    let mut pointer = like.cast_mut();
    // SAFETY: `pointer` is at least as large and as aligned as a thin pointer, and every thin pointer is valid there.
    unsafe { (&raw mut pointer).cast::<*mut u8>().write(start.as_ptr()) };
    // Rust does not promise that the address comes first, so this checks it. The compiler removes the check.
    assert!(pointer.cast::<u8>() == start.as_ptr(), "the address is the first word of a pointer");
    // SAFETY: by the assertion its address is that of `start`, which is not null.
    unsafe { NonNull::new_unchecked(pointer) }
}
