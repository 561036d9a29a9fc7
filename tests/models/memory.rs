//! Memory whose uses loom tracks.

use std::alloc::{alloc_zeroed, dealloc};
use std::ptr::NonNull;

use loom::cell::UnsafeCell;

use crate::api::Layout;
use crate::arenas::shared_chunks::{ALIGN, RawChunk};

/// Real memory, with a cell for every 16 bytes. An owner of the bytes writes to their cells, so loom reports an owner that does not
/// synchronize with the last one.
pub(crate) struct Memory {
    start: NonNull<u8>,
    size: usize,
    in_use: Vec<UnsafeCell<bool>>,
}

// SAFETY: the owner of bytes uses their cells; loom checks that they have one owner at a time.
unsafe impl Sync for Memory {}
// SAFETY: the value owns the memory.
unsafe impl Send for Memory {}

impl Memory {
    pub(crate) fn new(size: usize) -> Self {
        let size = size.next_multiple_of(ALIGN);
        // SAFETY: callers ask for a chunk, whose size is not 0.
        let start = NonNull::new(unsafe { alloc_zeroed(Self::layout(size)) }).unwrap();
        Self { start, size, in_use: (0..size / ALIGN).map(|_| UnsafeCell::new(false)).collect() }
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, ALIGN).unwrap()
    }

    /// Returns all of the memory as a chunk.
    pub(crate) fn raw(&self) -> RawChunk {
        RawChunk { start: self.start, size: self.size }
    }

    pub(crate) fn contains(&self, piece: NonNull<u8>) -> bool {
        (self.start.addr().get()..self.start.addr().get() + self.size).contains(&piece.addr().get())
    }

    /// Marks `size` bytes at `piece` as in use or free.
    ///
    /// # Panics
    ///
    /// Panics if some of the bytes are in that state already.
    pub(crate) fn set(&self, piece: NonNull<u8>, size: usize, in_use: bool) {
        let first = piece.addr().get() - self.start.addr().get();
        assert!(first % ALIGN == 0 && size % ALIGN == 0 && first + size <= self.size, "{first} {size}");
        for cell in &self.in_use[first / ALIGN..(first + size) / ALIGN] {
            // SAFETY: loom checks that no other thread uses the value meanwhile.
            let before = cell.with_mut(|cell| unsafe { cell.replace(in_use) });
            assert!(before != in_use, "a byte has two owners");
        }
    }

    /// Marks the header as written.
    pub(crate) fn write_header(&self) {
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        self.in_use[0].with_mut(|cell| unsafe { *cell = true });
    }

    /// Reads the header, as a thread that cuts a piece does.
    pub(crate) fn read_header(&self) {
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        assert!(self.in_use[0].with(|cell| unsafe { *cell }));
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: `new` allocated the memory with this layout, and it is not used after the drop.
        unsafe { dealloc(self.start.as_ptr(), Self::layout(self.size)) };
    }
}
