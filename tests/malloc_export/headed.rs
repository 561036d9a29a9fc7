//! An allocator that knows the layout of each block from a header.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use janus_alloc::api::{AllocError, Allocator, GlobalAllocator, Layout, UsableSize};

/// Writes a header before each block, and checks that every call passes the layout that `layout_of` returns.
///
/// Blocks with an align up to 8 lie at odd multiples of 8. For tiny blocks `layout_of` returns an align of at most 8, even if theirs
/// is larger. Each block has a reserve, into which it grows if the align stays the same.
#[derive(Debug, Default)]
pub(crate) struct HeaderAllocator<A> {
    pub(crate) parent: A,
    /// Whether every request fails.
    pub(crate) failing: AtomicBool,
    /// Number of calls with a layout that is not that of the block.
    pub(crate) wrong_layouts: AtomicUsize,
    /// Number of live blocks.
    pub(crate) live: AtomicUsize,
}

#[derive(Clone, Copy)]
struct Header {
    size: usize,
    align: usize,
    reserve: usize,
}

const TINY: usize = 32;

/// Returns the distance from the start of the parent's block to the block.
fn offset(align: usize) -> usize {
    match align {
        ..=8 => size_of::<Header>() + 16,
        16 => size_of::<Header>() + 8,
        _ => align,
    }
}

fn header(block: NonNull<u8>) -> *mut Header {
    block.as_ptr().wrapping_sub(size_of::<Header>()).cast()
}

/// Returns the layout of the parent's block.
fn parent_layout(header: Header) -> Result<Layout, AllocError> {
    let size = offset(header.align).checked_add(header.reserve).ok_or(AllocError)?;
    Layout::from_size_align(size, header.align.max(16)).map_err(|_| AllocError)
}

impl<A> HeaderAllocator<A> {
    pub(crate) const fn new(parent: A) -> Self {
        Self { parent, failing: AtomicBool::new(false), wrong_layouts: AtomicUsize::new(0), live: AtomicUsize::new(0) }
    }

    /// Returns the header of a block, and counts the call if `layout` is not that of the block.
    ///
    /// # Safety
    ///
    /// The block is live and of this allocator.
    unsafe fn header(&self, block: NonNull<u8>, layout: Layout) -> Header {
        // SAFETY: by `# Safety` of this fn; each live block has a header before it.
        let header = unsafe { header(block).read() };
        if layout != reported_layout(header) {
            self.wrong_layouts.fetch_add(1, SeqCst);
        }
        header
    }
}

/// Returns the layout that `layout_of` reports for a block.
fn reported_layout(header: Header) -> Layout {
    let align = if header.size <= TINY { header.align.min(8) } else { header.align };
    Layout::from_size_align(header.size, align).unwrap_or(Layout::new::<u8>())
}

impl<A: Allocator> HeaderAllocator<A> {
    /// Grows or shrinks a block.
    ///
    /// # Safety
    ///
    /// The conditions of `grow` or of `shrink` hold.
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn, the block is live.
        let mut block_header = unsafe { self.header(block, old) };
        if self.failing.load(SeqCst) {
            return Err(AllocError);
        }
        if old.align() == new.align() && new.size() <= block_header.reserve {
            block_header.size = new.size().next_multiple_of(8).min(block_header.reserve);
            // SAFETY: the block is live, so its header lies before it.
            unsafe { header(block).write(block_header) };
            return Ok(NonNull::slice_from_raw_parts(block, block_header.size));
        }
        let moved = self.allocate(new)?;
        // SAFETY: both blocks have the smaller size, and `moved` is new.
        unsafe { moved.cast::<u8>().copy_from_nonoverlapping(block, block_header.size.min(new.size())) };
        // SAFETY: by `# Safety` of this fn, the block is live and `old` fits it.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}

// SAFETY: each block is a part of a block of the parent, at least as long as requested, and is freed with the layout in its header.
unsafe impl<A: Allocator> Allocator for HeaderAllocator<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(layout.size() != 0, "the functions never request 0 bytes");
        if self.failing.load(SeqCst) {
            return Err(AllocError);
        }
        let size = layout.size().checked_next_multiple_of(8).ok_or(AllocError)?;
        let reserve = size.checked_add((size / 2) & !7).ok_or(AllocError)?;
        let block_header = Header { size, align: layout.align(), reserve };
        let start = self.parent.allocate(parent_layout(block_header)?)?.cast::<u8>();
        // SAFETY: the parent's block is longer than the block by the offset.
        let block = unsafe { start.add(offset(layout.align())) };
        // SAFETY: the offset is at least the size of the header, and keeps it aligned.
        unsafe { header(block).write(block_header) };
        // SAFETY: the block has `size` bytes.
        unsafe { block.write_bytes(0xA5, size) };
        self.live.fetch_add(1, SeqCst);
        Ok(NonNull::slice_from_raw_parts(block, size))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        let block_header = unsafe { self.header(block, layout) };
        // SAFETY: the block is live and has that many bytes.
        unsafe { block.write_bytes(0xDE, block_header.size) };
        // SAFETY: the block starts at this offset in the parent's block.
        let start = unsafe { block.sub(offset(block_header.align)) };
        if let Ok(layout) = parent_layout(block_header) {
            // SAFETY: the parent's block was allocated with this layout, which depends on the header only.
            unsafe { self.parent.deallocate(start, layout) };
        }
        self.live.fetch_sub(1, SeqCst);
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.resize(block, old, new) }
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.resize(block, old, new) }
    }
}

// SAFETY: each live block has a header with its layout.
unsafe impl<A: Allocator> UsableSize for HeaderAllocator<A> {
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: by `# Safety` of this fn, the block is live, so its header lies before it.
        reported_layout(unsafe { header(block).read() })
    }
}

// SAFETY: it calls only its parent, which is a `GlobalAllocator`, and moving it changes no block.
unsafe impl<A: GlobalAllocator> GlobalAllocator for HeaderAllocator<A> {}
