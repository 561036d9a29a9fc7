//! A parent that inspects the blocks that are freed.

use std::cell::Cell;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};

/// Forwards every call, and counts what it sees.
#[derive(Debug, Default)]
pub(crate) struct Inspect<A> {
    pub(crate) parent: A,
    /// Blocks with bytes that came back.
    pub(crate) frees: Cell<usize>,
    /// Blocks that came back with a byte that is not zero.
    pub(crate) dirty: Cell<usize>,
    /// Calls of `grow`, `grow_zeroed` and `shrink`.
    pub(crate) resizes: Cell<usize>,
    /// The layout of the last request.
    pub(crate) last: Cell<Option<Layout>>,
}

impl<A> Inspect<A> {
    pub(crate) fn new(parent: A) -> Self {
        Self { parent, frees: Cell::new(0), dirty: Cell::new(0), resizes: Cell::new(0), last: Cell::new(None) }
    }
}

// SAFETY: every call is passed on.
unsafe impl<A: Allocator> Allocator for Inspect<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.last.set(Some(layout));
        self.parent.allocate(layout)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.last.set(Some(layout));
        self.parent.allocate_zeroed(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            self.frees.set(self.frees.get() + 1);
            // SAFETY: the block is live; the tests here have written every byte before.
            let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), layout.size()) };
            self.dirty.set(self.dirty.get() + usize::from(bytes.iter().any(|&byte| byte != 0)));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.resizes.set(self.resizes.get() + 1);
        self.last.set(Some(new));
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.grow(block, old, new) }
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.resizes.set(self.resizes.get() + 1);
        self.last.set(Some(new));
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.grow_zeroed(block, old, new) }
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.resizes.set(self.resizes.get() + 1);
        self.last.set(Some(new));
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.shrink(block, old, new) }
    }
}
