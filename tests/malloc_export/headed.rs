use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use janus_alloc::api::{AllocError, Allocator, GlobalAllocator, Layout, UsableSize};

/// Writes before each block what it is, and checks with every call that the layout it gets is that of `layout_of`.
///
/// Blocks of an align up to 8 lie at odd multiples of 8. Tiny ones are said to be aligned to 8 although they may be aligned
/// better. Each has a reserve, into which it grows under an unchanged align only.
#[derive(Debug, Default)]
pub(crate) struct Headed<A> {
    pub(crate) parent: A,
    /// Whether every request fails.
    pub(crate) failing: AtomicBool,
    /// Calls with a layout that is not that of the block.
    pub(crate) wrong_layouts: AtomicUsize,
    /// Blocks that are in use.
    pub(crate) live: AtomicUsize,
}

#[derive(Clone, Copy)]
struct Header {
    size: usize,
    align: usize,
    reserve: usize,
}

const TINY: usize = 32;

/// From the parent's block to ours.
fn front(align: usize) -> usize {
    match align {
        ..=8 => size_of::<Header>() + 16,
        16 => size_of::<Header>() + 8,
        _ => align,
    }
}

fn header(block: NonNull<u8>) -> *mut Header {
    block.as_ptr().wrapping_sub(size_of::<Header>()).cast()
}

/// What the parent is asked for.
fn outer(header: Header) -> Result<Layout, AllocError> {
    let size = front(header.align).checked_add(header.reserve).ok_or(AllocError)?;
    Layout::from_size_align(size, header.align.max(16)).map_err(|_| AllocError)
}

impl<A> Headed<A> {
    pub(crate) const fn new(parent: A) -> Self {
        Self { parent, failing: AtomicBool::new(false), wrong_layouts: AtomicUsize::new(0), live: AtomicUsize::new(0) }
    }

    /// The header of a block that `layout` has to be the layout of.
    unsafe fn header(&self, block: NonNull<u8>, layout: Layout) -> Header {
        // SAFETY: the block is live, so its header is before it.
        let header = unsafe { header(block).read() };
        if layout != said(header) {
            self.wrong_layouts.fetch_add(1, SeqCst);
        }
        header
    }
}

fn said(header: Header) -> Layout {
    let align = if header.size <= TINY { header.align.min(8) } else { header.align };
    Layout::from_size_align(header.size, align).unwrap_or(Layout::new::<u8>())
}

impl<A: Allocator> Headed<A> {
    unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by the contract of `grow` and `shrink`.
        let mut head = unsafe { self.header(block, old) };
        if self.failing.load(SeqCst) {
            return Err(AllocError);
        }
        if old.align() == new.align() && new.size() <= head.reserve {
            head.size = new.size().next_multiple_of(8).min(head.reserve);
            // SAFETY: the header is before the block.
            unsafe { header(block).write(head) };
            return Ok(NonNull::slice_from_raw_parts(block, head.size));
        }
        let moved = self.allocate(new)?;
        // SAFETY: both hold the smaller size.
        unsafe { moved.cast::<u8>().copy_from_nonoverlapping(block, head.size.min(new.size())) };
        // SAFETY: the block is live, and `old` its layout.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}

unsafe impl<A: Allocator> Allocator for Headed<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(layout.size() != 0, "nobody asks for 0 bytes");
        if self.failing.load(SeqCst) {
            return Err(AllocError);
        }
        let size = layout.size().checked_next_multiple_of(8).ok_or(AllocError)?;
        let reserve = size.checked_add((size / 2) & !7).ok_or(AllocError)?;
        let head = Header { size, align: layout.align(), reserve };
        let start = self.parent.allocate(outer(head)?)?.cast::<u8>();
        // SAFETY: the parent's block is longer by the front.
        let block = unsafe { start.add(front(layout.align())) };
        // SAFETY: the front is large enough for the header.
        unsafe { header(block).write(head) };
        // SAFETY: the block has `size` bytes.
        unsafe { block.write_bytes(0xA5, size) };
        self.live.fetch_add(1, SeqCst);
        Ok(NonNull::slice_from_raw_parts(block, size))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        let head = unsafe { self.header(block, layout) };
        // SAFETY: the block has that many bytes.
        unsafe { block.write_bytes(0xDE, head.size) };
        // SAFETY: the parent's block starts there.
        let start = unsafe { block.sub(front(head.align)) };
        if let Ok(outer) = outer(head) {
            // SAFETY: it was allocated so.
            unsafe { self.parent.deallocate(start, outer) };
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

// SAFETY: the header is written with every block.
unsafe impl<A: Allocator> UsableSize for Headed<A> {
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: the block is live.
        said(unsafe { header(block).read() })
    }
}

// SAFETY: calls only the parent, and keeps nothing that a move could break.
unsafe impl<A: GlobalAllocator> GlobalAllocator for Headed<A> {}
