//! Blocks of a size the compiler does not know, which notice if anybody else writes to them.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use fastrand::Rng;

const WORD: usize = size_of::<u64>();
const PAGE: usize = 4096;

/// A block of the default, freed on drop. Its first and last word hold a cookie, made of its address and its size: if
/// two blocks overlap, or one is moved or overwritten, then its drop panics.
pub(crate) struct Block {
    start: NonNull<u64>,
    size: usize,
}

// SAFETY: the block is this value's alone.
unsafe impl Send for Block {}

impl Block {
    /// At least [`WORD`] bytes.
    pub(crate) fn new(size: usize) -> Self {
        let layout = layout(size);
        // SAFETY: the size is not 0.
        let start = unsafe { alloc(layout) };
        let Some(start) = NonNull::new(start.cast::<u64>()) else { handle_alloc_error(layout) };
        let block = Self { start, size };
        let cookie = block.cookie();
        // SAFETY: the block has at least a word, and is aligned.
        unsafe { start.write(cookie) };
        // SAFETY: as above.
        unsafe { block.last().write(cookie) };
        block
    }

    /// Of random size.
    pub(crate) fn random(random: &mut Rng, least: usize, most: usize) -> Self {
        Self::new(random.usize(least..=most))
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Writes to each page of the block, as its user would.
    pub(crate) fn touch(&mut self) {
        for offset in (WORD..self.last_offset()).step_by(PAGE) {
            // SAFETY: `offset` is inside of the block.
            let byte = unsafe { self.start.byte_add(offset) };
            // SAFETY: as above.
            unsafe { byte.cast::<u8>().write_volatile(1) };
        }
    }

    fn cookie(&self) -> u64 {
        self.start.addr().get() as u64 ^ (self.size as u64).rotate_right(16)
    }

    fn last(&self) -> NonNull<u64> {
        // SAFETY: a block has at least a word.
        unsafe { self.start.byte_add(self.last_offset()) }
    }

    /// Where the last whole word is.
    fn last_offset(&self) -> usize {
        (self.size / WORD - 1) * WORD
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: `new` has written it.
        let first = unsafe { self.start.read() };
        // SAFETY: `new` has written it.
        let last = unsafe { self.last().read() };
        assert!(first == self.cookie() && last == self.cookie(), "somebody has written to a block of {}", self.size);
        // SAFETY: `new` has allocated it with this layout.
        unsafe { dealloc(self.start.cast().as_ptr(), layout(self.size)) };
    }
}

#[inline]
fn layout(size: usize) -> Layout {
    assert!(size >= WORD, "a cookie needs a word");
    Layout::from_size_align(size, WORD).expect("a size of this program")
}
