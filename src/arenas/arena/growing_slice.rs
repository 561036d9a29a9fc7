use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::Arena;
use super::failure::Failure;
use crate::api::{AllocError, Allocator, Layout};

/// A slice that is built element by element in an arena. It grows in place as long as it is the arena's last block.
///
/// It never drops its elements. If it is dropped before [`finish`](Self::finish), it frees its block.
///
/// # Invariants
///
/// 1. `start` is a live block of the arena for `capacity` elements, which nothing else uses.
/// 2. The first `length` elements are initialised, and `length` is at most `capacity`.
pub(super) struct GrowingSlice<'a, T, A: Allocator, const MIN_ALIGN: usize> {
    arena: &'a Arena<A, MIN_ALIGN>,
    start: NonNull<T>,
    length: usize,
    capacity: usize,
}

impl<'a, T, A: Allocator, const MIN_ALIGN: usize> GrowingSlice<'a, T, A, MIN_ALIGN> {
    pub(super) fn with_capacity(arena: &'a Arena<A, MIN_ALIGN>, capacity: usize) -> Result<Self, Failure> {
        let layout = Self::layout(capacity)?;
        let start = arena.allocate_block(layout).map_err(|AllocError| Failure::NoMemory(layout))?.cast();
        Ok(Self { arena, start, length: 0, capacity })
    }

    fn layout(capacity: usize) -> Result<Layout, Failure> {
        Layout::array::<T>(capacity).map_err(|_| Failure::CapacityOverflow)
    }

    #[inline]
    pub(super) fn push(&mut self, value: T) -> Result<(), Failure> {
        self.extend_from(&raw const *ManuallyDrop::new(value), 1)
    }

    #[inline]
    pub(super) fn extend_from_slice(&mut self, values: &[T]) -> Result<(), Failure>
    where
        T: Copy,
    {
        self.extend_from(values.as_ptr(), values.len())
    }

    #[inline]
    fn extend_from(&mut self, values: *const T, count: usize) -> Result<(), Failure> {
        if count > self.capacity - self.length {
            self.reserve(count)?;
        }
        // SAFETY: by invariants 1 and 2 the block has at least `length` elements.
        let end = unsafe { self.start.add(self.length) };
        // SAFETY: both callers pass `count` values, which are `Copy` or are not used again. The block has room for `count` more
        // elements by now, and it is disjoint from the values, because nothing else uses it.
        unsafe { ptr::copy_nonoverlapping(values, end.as_ptr(), count) };
        self.length += count;
        Ok(())
    }

    #[cold]
    fn reserve(&mut self, count: usize) -> Result<(), Failure> {
        let needed = self.length.checked_add(count).ok_or(Failure::CapacityOverflow)?;
        let capacity = needed.max(self.capacity.saturating_mul(2)).max(8);
        let (old, new) = (Self::layout(self.capacity)?, Self::layout(capacity)?);
        // SAFETY: by invariant 1 the block is live with the old layout. The new one is no smaller.
        let grown = unsafe { self.arena.grow(self.start.cast(), old, new) };
        self.start = grown.map_err(|AllocError| Failure::NoMemory(new))?.cast();
        self.capacity = capacity;
        Ok(())
    }

    /// Returns the slice, and frees the unused capacity if it is the arena's last block.
    pub(super) fn finish(self) -> Result<&'a mut [T], Failure> {
        let (old, new) = (Self::layout(self.capacity)?, Self::layout(self.length)?);
        let this = ManuallyDrop::new(self);
        // SAFETY: by invariant 1 the block is live with the old layout. By invariant 2 the new one is no larger.
        let shrunk = unsafe { this.arena.shrink(this.start.cast(), old, new) };
        let start = shrunk.map_err(|AllocError| Failure::NoMemory(new))?;
        let mut slice = NonNull::slice_from_raw_parts(start.cast(), this.length);
        // SAFETY: by invariant 2 the elements are initialised; by invariant 1 nothing else uses the block, which stays valid as long
        // as the arena is borrowed.
        Ok(unsafe { slice.as_mut() })
    }
}

impl<T, A: Allocator, const MIN_ALIGN: usize> Drop for GrowingSlice<'_, T, A, MIN_ALIGN> {
    fn drop(&mut self) {
        if let Ok(layout) = Self::layout(self.capacity) {
            // SAFETY: by invariant 1 the block is live with this layout. It is not used again.
            unsafe { self.arena.deallocate(self.start.cast(), layout) };
        }
    }
}
