//! Blocks for single values: a layout of size 0 never reaches an allocator.

use core::alloc::Layout;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use alloc::alloc::handle_alloc_error;

use crate::api::{AllocError, Allocator, translate};

/// Ends a method without an error, for which there was no block of this layout, or no layout so large.
#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn fail(layout: Option<Layout>) -> ! {
    match layout {
        Some(layout) => handle_alloc_error(layout),
        None => panic!("capacity overflow"),
    }
}

/// The bytes of a new block.
#[derive(Clone, Copy)]
pub(super) enum Contents {
    Uninitialised,
    Zeroes,
}

/// A block of `allocator` that `layout` fits, or a dangling pointer of its align if its size is 0.
#[inline]
pub(super) fn allocate<A: Allocator>(
    allocator: &A,
    layout: Layout,
    contents: Contents,
) -> Result<NonNull<u8>, AllocError> {
    if layout.size() == 0 {
        return Ok(translate::dangling(layout).cast());
    }
    let block = match contents {
        Contents::Uninitialised => allocator.allocate(layout),
        Contents::Zeroes => allocator.allocate_zeroed(layout),
    };
    block.map(NonNull::cast)
}

/// A block that is freed when this is dropped, also by a panic. It was got by [`allocate`], or would have been.
pub(super) struct OwnedBlock<'a, A: Allocator> {
    start: NonNull<u8>,
    layout: Layout,
    allocator: &'a A,
}

impl<'a, A: Allocator> OwnedBlock<'a, A> {
    /// # Safety
    ///
    /// If the size of `layout` is not 0, `start` is a live block of `allocator` that `layout` fits, and nobody else frees it.
    #[inline]
    pub(super) unsafe fn new(start: NonNull<u8>, layout: Layout, allocator: &'a A) -> Self {
        Self { start, layout, allocator }
    }

    /// Leaves the block to somebody else.
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
            // SAFETY: by `# Safety` of `new`.
            unsafe { self.allocator.deallocate(self.start, self.layout) };
        }
    }
}

/// A pointer to `start` with the metadata of `like`. (`with_metadata_of` is not stable.)
#[inline]
pub(super) fn with_metadata_of<T: ?Sized>(start: NonNull<u8>, like: *const T) -> NonNull<T> {
    let mut pointer = like.cast_mut();
    // SAFETY: a pointer is no smaller and no less aligned than one without metadata, and any pointer may be written there.
    unsafe { (&raw mut pointer).cast::<*mut u8>().write(start.as_ptr()) };
    // That the address comes first is not promised, so it is checked; the compiler knows the answer.
    assert!(pointer.cast::<u8>() == start.as_ptr(), "the address is the first word of a pointer");
    // SAFETY: it points to `start`.
    unsafe { NonNull::new_unchecked(pointer) }
}
