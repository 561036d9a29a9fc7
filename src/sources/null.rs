use core::ptr::NonNull;

use crate::api::{
    AllocError, Allocator, AllocatorClone, GlobalAllocator, IndependentAllocator, Layout, Owns, StaticAllocator,
};

/// An allocator that always fails: the end of a chain of allocators, and a parent for tests of error paths.
///
/// `allocate` returns an `Err` for every layout, also of size 0. There is no block to free, and `deallocate` does
/// nothing.
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

// SAFETY: it returns no block.
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

// SAFETY: there is no block that could end.
unsafe impl StaticAllocator for Null {}
// SAFETY: there is no block that a clone could be given.
unsafe impl AllocatorClone for Null {}
// SAFETY: it calls nothing.
unsafe impl GlobalAllocator for Null {}
// SAFETY: it calls nothing.
unsafe impl IndependentAllocator for Null {}
// SAFETY: it has no live blocks.
unsafe impl Owns for Null {
    #[inline]
    fn owns(&self, _: NonNull<u8>, _: Layout) -> bool {
        false
    }
}
