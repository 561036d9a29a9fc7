//! A parent whose blocks are longer than requested.

use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};

/// Rounds sizes up to 32 bytes, and returns all of them. So up to 32 sizes fit a block.
#[derive(Debug, Default)]
pub(crate) struct Longer<A>(pub(crate) A);

/// The same for each size that fits a block. Size 0 stays.
fn rounded(layout: Layout) -> Result<Layout, AllocError> {
    let size = layout.size().checked_next_multiple_of(32).ok_or(AllocError)?;
    Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)
}

/// The layout that a live block was requested with from the parent.
fn of_live(layout: Layout) -> Layout {
    rounded(layout).expect("it was rounded when it was allocated")
}

// SAFETY: a block of the parent has the rounded size, and every size that fits it rounds to that one.
unsafe impl<A: Allocator> Allocator for Longer<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.allocate(rounded(layout)?)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.allocate_zeroed(rounded(layout)?)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.0.deallocate(block, of_live(layout)) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn; rounding keeps the order.
        unsafe { self.0.grow(block, of_live(old), rounded(new)?) }
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: as above.
        let grown = unsafe { self.0.grow(block, of_live(old), rounded(new)?) }?;
        // SAFETY: the block has that many bytes.
        let added = unsafe { grown.cast::<u8>().add(old.size()) };
        // SAFETY: the block ends behind them.
        unsafe { added.write_bytes(0, grown.len() - old.size()) };
        Ok(grown)
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn; rounding keeps the order.
        unsafe { self.0.shrink(block, of_live(old), rounded(new)?) }
    }
}
