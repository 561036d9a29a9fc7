use core::ptr::NonNull;

use crate::api::{AllocError, Allocator, AllocatorClone, GlobalAllocator, Layout, Owns, StaticAllocator};

/// Always fails: the end of a chain of allocators, and the parent to test an error path with.
///
/// `allocate` is an `Err` for every layout, also of size 0. There is no block to free, and freeing does nothing.
///
/// * **Size**: 0. **Cost**: none. **Threads**: any.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Null, collections::Vec};
///
/// let mut none: Vec<u8, Null> = Vec::new_in(Null);
/// assert!(none.try_reserve(1).is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Null;

// SAFETY: no block is ever given out.
unsafe impl Allocator for Null {
    #[inline]
    fn allocate(&self, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Err(AllocError)
    }

    #[inline]
    fn allocate_zeroed(&self, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Err(AllocError)
    }

    #[inline]
    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}

    #[inline]
    unsafe fn grow(&self, _: NonNull<u8>, _: Layout, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Err(AllocError)
    }

    #[inline]
    unsafe fn grow_zeroed(&self, _: NonNull<u8>, _: Layout, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Err(AllocError)
    }

    #[inline]
    unsafe fn shrink(&self, _: NonNull<u8>, _: Layout, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Err(AllocError)
    }
}

// SAFETY: there are no blocks that could end.
unsafe impl StaticAllocator for Null {}
// SAFETY: there are no blocks to interchange.
unsafe impl AllocatorClone for Null {}
// SAFETY: calls nothing.
unsafe impl GlobalAllocator for Null {}
// SAFETY: no live block is its own.
unsafe impl Owns for Null {
    #[inline]
    fn owns(&self, _: NonNull<u8>, _: Layout) -> bool {
        false
    }
}
