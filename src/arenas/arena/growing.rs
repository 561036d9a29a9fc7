//! A slice whose length is not known before it is there.

use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::Arena;
use super::failure::Failure;
use crate::api::{AllocError, Allocator, Layout};

/// A slice at the end of an arena, which grows where it is as long as nothing else is allocated behind it. Its elements are
/// never dropped; dropping it gives its bytes back.
pub(super) struct Growing<'a, T, A: Allocator, const MIN_ALIGN: usize> {
    arena: &'a Arena<A, MIN_ALIGN>,
    start: NonNull<T>,
    length: usize,
    capacity: usize,
}

impl<'a, T, A: Allocator, const MIN_ALIGN: usize> Growing<'a, T, A, MIN_ALIGN> {
    pub(super) fn with_capacity(arena: &'a Arena<A, MIN_ALIGN>, capacity: usize) -> Result<Self, Failure> {
        let layout = Self::layout(capacity)?;
        let start = arena.take(layout).map_err(|AllocError| Failure::NoMemory(layout))?.cast();
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
        // SAFETY: there is room behind so many elements.
        let end = unsafe { self.start.add(self.length) };
        // SAFETY: both callers pass so many values, which they do not use again or may copy; there is room for them.
        unsafe { ptr::copy_nonoverlapping(values, end.as_ptr(), count) };
        self.length += count;
        Ok(())
    }

    #[cold]
    fn reserve(&mut self, count: usize) -> Result<(), Failure> {
        let needed = self.length.checked_add(count).ok_or(Failure::CapacityOverflow)?;
        let capacity = needed.max(self.capacity.saturating_mul(2)).max(8);
        let (old, new) = (Self::layout(self.capacity)?, Self::layout(capacity)?);
        // SAFETY: the block has the old layout, and the new one is no smaller.
        let grown = unsafe { self.arena.grow(self.start.cast(), old, new) };
        self.start = grown.map_err(|AllocError| Failure::NoMemory(new))?.cast();
        self.capacity = capacity;
        Ok(())
    }

    /// The slice, for good. What it did not need goes back.
    pub(super) fn finish(self) -> Result<&'a mut [T], Failure> {
        let (old, new) = (Self::layout(self.capacity)?, Self::layout(self.length)?);
        let this = ManuallyDrop::new(self);
        // SAFETY: the block has the old layout, and the new one is no larger.
        let shrunk = unsafe { this.arena.shrink(this.start.cast(), old, new) };
        let start = shrunk.map_err(|AllocError| Failure::NoMemory(new))?;
        let mut slice = NonNull::slice_from_raw_parts(start.cast(), this.length);
        // SAFETY: so many elements are initialised, nobody else's, and live as long as the arena is borrowed.
        Ok(unsafe { slice.as_mut() })
    }
}

impl<T, A: Allocator, const MIN_ALIGN: usize> Drop for Growing<'_, T, A, MIN_ALIGN> {
    fn drop(&mut self) {
        if let Ok(layout) = Self::layout(self.capacity) {
            // SAFETY: the block has this layout, and is not used again.
            unsafe { self.arena.deallocate(self.start.cast(), layout) };
        }
    }
}
