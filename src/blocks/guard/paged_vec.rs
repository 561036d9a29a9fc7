//! A growable array in pages from the operating system: the bookkeeping of a guard takes no memory from its parent, nor from the default.

use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use core::slice;

use crate::api::{AllocError, Allocator, Layout};
use crate::sources::Pages;

const PAGES: Pages = Pages::new();

/// A growable array of `Copy` items.
///
/// # Invariants
///
/// 1. If `capacity` is not 0, `start` is a block of `PAGES` with the layout of an array of `capacity` items.
/// 2. The first `len` items are initialised, and `len <= capacity`.
pub(super) struct PagedVec<T: Copy> {
    start: NonNull<T>,
    len: usize,
    capacity: usize,
}

impl<T: Copy> PagedVec<T> {
    pub(super) const fn new() -> Self {
        Self { start: NonNull::dangling(), len: 0, capacity: 0 }
    }

    /// Makes room for `capacity` items in total.
    pub(super) fn reserve_total(&mut self, capacity: usize) -> Result<(), AllocError> {
        if capacity <= self.capacity {
            return Ok(());
        }
        let new = layout::<T>(capacity.max(self.capacity.saturating_mul(2)))?;
        let block = if self.capacity == 0 {
            PAGES.allocate(new)?
        } else {
            // SAFETY: by invariant 1; the new size is larger.
            unsafe { PAGES.grow(self.start.cast(), layout::<T>(self.capacity)?, new) }?
        };
        self.start = block.cast();
        // The whole block: any size up to the returned one fits it.
        self.capacity = block.len() / size_of::<T>();
        Ok(())
    }

    pub(super) fn push(&mut self, item: T) -> Result<(), AllocError> {
        self.reserve_total(self.len + 1)?;
        // SAFETY: by invariant 2 and the reservation there is room for the item.
        let end = unsafe { self.start.add(self.len) };
        // SAFETY: as above.
        unsafe { end.write(item) };
        self.len += 1;
        Ok(())
    }

    /// Removes all items, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }
}

impl<T: Copy + Default> PagedVec<T> {
    /// Returns `len` default items.
    pub(super) fn with_len(len: usize) -> Result<Self, AllocError> {
        let mut items = Self::new();
        items.reserve_total(len)?;
        for offset in 0..len {
            // SAFETY: there is room for `len` items.
            let item = unsafe { items.start.add(offset) };
            // SAFETY: as above.
            unsafe { item.write(T::default()) };
        }
        items.len = len;
        Ok(items)
    }
}

fn layout<T>(capacity: usize) -> Result<Layout, AllocError> {
    Layout::array::<T>(capacity).map_err(|_| AllocError)
}

impl<T: Copy> Deref for PagedVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: by invariant 2.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T: Copy> DerefMut for PagedVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: by invariant 2, and nothing else refers to the items.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T: Copy> Drop for PagedVec<T> {
    fn drop(&mut self) {
        if let (1.., Ok(layout)) = (self.capacity, layout::<T>(self.capacity)) {
            // SAFETY: by invariant 1.
            unsafe { PAGES.deallocate(self.start.cast(), layout) };
        }
    }
}
