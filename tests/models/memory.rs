//! Bytes whose users loom watches.

use std::alloc::{alloc_zeroed, dealloc};
use std::ptr::NonNull;

use loom::cell::UnsafeCell;

use crate::api::Layout;
use crate::arenas::shared_chunks::{ALIGN, RawChunk};

/// Real memory, and for every 16 bytes of it a cell that its users write to: loom sees who was not told that the last one left.
pub(crate) struct Memory {
    start: NonNull<u8>,
    size: usize,
    in_use: Vec<UnsafeCell<bool>>,
}

// SAFETY: the cells are used by the owner of the bytes, and that there is one at a time is what loom checks.
unsafe impl Sync for Memory {}
// SAFETY: the memory is the value's own.
unsafe impl Send for Memory {}

impl Memory {
    pub(crate) fn new(size: usize) -> Self {
        let size = size.next_multiple_of(ALIGN);
        // SAFETY: the size is not 0.
        let start = NonNull::new(unsafe { alloc_zeroed(Self::layout(size)) }).unwrap();
        Self { start, size, in_use: (0..size / ALIGN).map(|_| UnsafeCell::new(false)).collect() }
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, ALIGN).unwrap()
    }

    /// A chunk of all of it.
    pub(crate) fn raw(&self) -> RawChunk {
        RawChunk { start: self.start, size: self.size }
    }

    pub(crate) fn contains(&self, piece: NonNull<u8>) -> bool {
        (self.start.addr().get()..self.start.addr().get() + self.size).contains(&piece.addr().get())
    }

    /// Starts or stops to use `size` bytes at `piece`, all of which were unused or used before.
    pub(crate) fn set(&self, piece: NonNull<u8>, size: usize, in_use: bool) {
        let first = piece.addr().get() - self.start.addr().get();
        assert!(first % ALIGN == 0 && size % ALIGN == 0 && first + size <= self.size, "{first} {size}");
        for cell in &self.in_use[first / ALIGN..(first + size) / ALIGN] {
            // SAFETY: of this pointer alone; that nobody else has one, loom checks.
            let before = cell.with_mut(|cell| unsafe { cell.replace(in_use) });
            assert!(before != in_use, "a byte has two owners");
        }
    }

    /// Writes down that the header is written.
    pub(crate) fn write_header(&self) {
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        self.in_use[0].with_mut(|cell| unsafe { *cell = true });
    }

    /// As whoever cuts a piece does: it reads the header.
    pub(crate) fn read_header(&self) {
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        assert!(self.in_use[0].with(|cell| unsafe { *cell }));
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: it was allocated with that layout, and nobody uses it any more.
        unsafe { dealloc(self.start.as_ptr(), Self::layout(self.size)) };
    }
}
