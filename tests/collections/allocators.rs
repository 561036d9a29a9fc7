//! Allocators that several tests use.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, AllocatorClone, Layout};

/// The events of its [`Logged`] values, in order, and their number.
#[derive(Default)]
pub(crate) struct Log {
    events: RefCell<Vec<&'static str>>,
    live: Cell<usize>,
}

impl Log {
    /// Returns a value that logs `name` when it is dropped.
    pub(crate) fn value(&self, name: &'static str) -> Logged<'_> {
        self.live.set(self.live.get() + 1);
        Logged { log: self, name }
    }

    /// Returns the events since the last call.
    pub(crate) fn take(&self) -> Vec<&'static str> {
        self.events.take()
    }

    /// Returns the number of live values.
    pub(crate) fn live(&self) -> usize {
        self.live.get()
    }
}

/// A value that logs its drop. It is also an allocator over [`System`], which logs "allocate" and "free".
pub(crate) struct Logged<'l> {
    log: &'l Log,
    name: &'static str,
}

impl Clone for Logged<'_> {
    fn clone(&self) -> Self {
        self.log.value(self.name)
    }
}

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        self.log.events.borrow_mut().push(self.name);
        self.log.live.set(self.log.live.get() - 1);
    }
}

// SAFETY: each clone passes its blocks to the one `System`.
unsafe impl AllocatorClone for Logged<'_> {}

// SAFETY: each block is one of `System`, which keeps it valid until `deallocate`.
unsafe impl Allocator for Logged<'_> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.log.events.borrow_mut().push("allocate");
        System.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.log.events.borrow_mut().push("free");
        // SAFETY: by `# Safety` of this fn; `allocate` took the block from `System`.
        unsafe { System.deallocate(block, layout) };
    }
}

/// An allocator that serves a request of size 0 with a block of one byte, so that it must be freed.
#[derive(Clone, Copy, Default)]
pub(crate) struct AtLeastOneByte<A>(pub(crate) A);

impl<A> AtLeastOneByte<A> {
    fn layout(layout: Layout) -> Layout {
        Layout::from_size_align(layout.size().max(1), layout.align()).unwrap()
    }
}

// SAFETY: each block is one of the inner allocator, for a layout that is no smaller.
unsafe impl<A: Allocator> Allocator for AtLeastOneByte<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.0.allocate(Self::layout(layout))?;
        Ok(NonNull::slice_from_raw_parts(block.cast(), layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn; `allocate` asked the inner allocator for this layout.
        unsafe { self.0.deallocate(block, Self::layout(layout)) };
    }
}
