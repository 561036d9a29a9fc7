//! Blocks of a size that the compiler does not know, which notice writes of others.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use fastrand::Rng;

const WORD: usize = size_of::<u64>();
const PAGE: usize = 4096;

/// A block of the default allocator. Its first and last word hold a cookie, computed from its address and its size. The drop panics if
/// another block overlaps, or if the cookie was overwritten.
pub(crate) struct Block {
    start: NonNull<u64>,
    size: usize,
}

// SAFETY: this value owns the block.
unsafe impl Send for Block {}

impl Block {
    /// Allocates a block of `size` bytes, which must be at least [`WORD`].
    pub(crate) fn new(size: usize) -> Self {
        let layout = layout(size);
        // SAFETY: `layout` has checked that the size is at least a word.
        let start = unsafe { alloc(layout) };
        let Some(start) = NonNull::new(start.cast::<u64>()) else { handle_alloc_error(layout) };
        let block = Self { start, size };
        let cookie = block.cookie();
        // SAFETY: the block has at least a word, and is aligned for one.
        unsafe { start.write(cookie) };
        // SAFETY: `last` points to a whole, aligned word of the block.
        unsafe { block.last().write(cookie) };
        block
    }

    /// Allocates a block of random size.
    pub(crate) fn random(random: &mut Rng, least: usize, most: usize) -> Self {
        Self::new(random.usize(least..=most))
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Writes to each page of the block.
    pub(crate) fn touch(&mut self) {
        for offset in (WORD..self.last_offset()).step_by(PAGE) {
            // SAFETY: `offset` is less than the size of the block.
            let byte = unsafe { self.start.byte_add(offset) };
            // SAFETY: `byte` points into the block, which this value owns.
            unsafe { byte.cast::<u8>().write_volatile(1) };
        }
    }

    fn cookie(&self) -> u64 {
        self.start.addr().get() as u64 ^ (self.size as u64).rotate_right(16)
    }

    fn last(&self) -> NonNull<u64> {
        // SAFETY: the block has at least a word, so the offset is in it.
        unsafe { self.start.byte_add(self.last_offset()) }
    }

    /// Returns the offset of the last whole word.
    fn last_offset(&self) -> usize {
        (self.size / WORD - 1) * WORD
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: `new` has written the first word.
        let first = unsafe { self.start.read() };
        // SAFETY: `new` has written the last word.
        let last = unsafe { self.last().read() };
        assert!(first == self.cookie() && last == self.cookie(), "a block of {} bytes was overwritten", self.size);
        // SAFETY: `new` has allocated the block with this layout.
        unsafe { dealloc(self.start.cast().as_ptr(), layout(self.size)) };
    }
}

#[inline]
fn layout(size: usize) -> Layout {
    assert!(size >= WORD, "a cookie needs a word");
    Layout::from_size_align(size, WORD).expect("the size exceeds `isize::MAX`")
}
