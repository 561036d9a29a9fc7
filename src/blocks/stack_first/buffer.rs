//! A bump allocator for one thread with its bytes inside itself.

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crate::api::global_calls::dangling;
use crate::api::move_block::{grow_and_zero, replace};
use crate::api::{AllocError, Allocator, Layout, Owns};
use crate::arenas::bump::{self, Fit};

/// Hands out `N` bytes, from the first to the last.
///
/// # Invariants
///
/// 1. Live blocks with bytes lie in the first `used` bytes, and `used` is at most `N`.
/// 2. The buffer itself never reads or writes `bytes`.
/// 3. `blocks` is the number of blocks with bytes that were allocated and are not freed. When it is 0, so is `used`.
#[repr(C, align(16))]
pub(super) struct Buffer<const N: usize> {
    bytes: UnsafeCell<MaybeUninit<[u8; N]>>,
    used: Cell<usize>,
    blocks: Cell<usize>,
}

impl<const N: usize> Buffer<N> {
    pub(super) const fn new() -> Self {
        Self { bytes: UnsafeCell::new(MaybeUninit::uninit()), used: Cell::new(0), blocks: Cell::new(0) }
    }

    #[inline]
    pub(super) fn used(&self) -> usize {
        self.used.get()
    }

    pub(super) fn reset(&mut self) {
        *self.used.get_mut() = 0;
        *self.blocks.get_mut() = 0;
    }

    #[inline]
    fn start(&self) -> NonNull<u8> {
        NonNull::from(&self.bytes).cast()
    }

    /// Returns the offset of a block from the first byte. It wraps if the block is elsewhere.
    #[inline]
    fn offset(&self, block: NonNull<u8>) -> usize {
        block.addr().get().wrapping_sub(self.start().addr().get())
    }

    /// Resizes a block in place from `old` to `new` bytes, neither of them 0, if it is the last one and there is room. If so,
    /// returns it with the provenance of all bytes.
    #[inline]
    fn resize_last(&self, block: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        // By invariant 1 the block lies in the first `used` bytes.
        let start = self.offset(block);
        if start + old != self.used.get() || new > N - start {
            return None;
        }
        self.used.set(start + new);
        // SAFETY: `start` is less than `N`: `old` is not 0, and `start + old` is `used`, at most `N` by invariant 1.
        Some(unsafe { self.start().add(start) })
    }
}

// SAFETY: by invariants 1 and 2 blocks are disjoint parts of the bytes, which stay in place while the buffer is borrowed. Blocks
// stay valid until they are freed or the buffer is reset or moved, which needs a buffer that is not borrowed.
unsafe impl<const N: usize> Allocator for &Buffer<N> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Ok(dangling(layout));
        }
        let (start, used) = (self.start(), self.used.get());
        let base = start.addr().get();
        let Fit { start: address, next } =
            bump::find_fit(base + used, base + N, layout.size(), layout.align(), 1).ok_or(AllocError)?;
        self.used.set(next - base);
        self.blocks.set(self.blocks.get() + 1);
        // SAFETY: a fit lies between `base + used` and `base + N`.
        let block = unsafe { start.add(address - base) };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        let start = self.offset(block);
        self.blocks.set(self.blocks.get() - 1);
        if self.blocks.get() == 0 {
            self.used.set(0);
        } else if start + layout.size() == self.used.get() {
            self.used.set(start);
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() && old.size() != 0 {
            if let Some(block) = self.resize_last(block, old.size(), new.size()) {
                return Ok(NonNull::slice_from_raw_parts(block, new.size()));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, old.size()) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { grow_and_zero(self, block, old, new) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() && new.size() != 0 {
            self.resize_last(block, old.size(), new.size());
            return Ok(NonNull::slice_from_raw_parts(block, new.size()));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, new.size()) }
    }
}

// SAFETY: blocks lie in the bytes, and no blocks of other allocators do, since no other allocator gets them.
unsafe impl<const N: usize> Owns for &Buffer<N> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        self.offset(block) < N
    }
}
