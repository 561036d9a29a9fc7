//! An honest allocator that records all its blocks, and the trait by which a fault replaces parts of it. Most unsafe code of these
//! tests is here: faults lie to the kit, but do not corrupt memory.

use std::alloc::System;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr::{self, NonNull};

use janus_alloc::api::{AllocError, Allocator, Layout};

pub(crate) type AllocResult = Result<NonNull<[u8]>, AllocError>;

/// Bytes after each block that are reserved for it but never reported.
const HEADROOM: usize = 64;

/// The byte that fresh memory is filled with, so that it never has the right contents by chance.
const JUNK: u8 = 0xCD;

/// Allocates each block from `System`, with its size rounded up to a multiple of 16.
///
/// Blocks have exactly the requested align and never a larger one by chance, so a fault that depends on addresses shows in every run.
#[derive(Default)]
pub(crate) struct Base {
    blocks: RefCell<HashMap<usize, SystemBlock>>,
    /// Whether blocks are returned with their rounded length instead of the requested one.
    pub(crate) returns_excess: bool,
}

/// The memory behind a block. The block of `System` is aligned to `2 * align`, and `start` lies `align` bytes into it.
#[derive(Clone, Copy)]
struct SystemBlock {
    start: NonNull<u8>,
    /// Bytes from `start` on, headroom included.
    size: usize,
    align: usize,
}

impl SystemBlock {
    /// Returns the layout of the block of `System`.
    fn layout(size: usize, align: usize) -> Result<Layout, AllocError> {
        Layout::from_size_align(size + align, 2 * align).map_err(|_| AllocError)
    }
}

impl Base {
    pub(crate) fn rounded(size: usize) -> usize {
        size.next_multiple_of(16)
    }

    fn length(&self, size: usize) -> usize {
        if self.returns_excess { Self::rounded(size) } else { size }
    }

    pub(crate) fn slice(&self, start: NonNull<u8>, layout: Layout) -> NonNull<[u8]> {
        NonNull::slice_from_raw_parts(start, self.length(layout.size()))
    }

    pub(crate) fn allocate(&self, layout: Layout) -> AllocResult {
        if layout.size() > 1 << 40 {
            return Err(AllocError);
        }
        if layout.size() == 0 {
            // A dangling pointer, which needs no deallocation.
            let dangling = NonNull::new(ptr::without_provenance_mut(layout.align())).ok_or(AllocError)?;
            return Ok(NonNull::slice_from_raw_parts(dangling, 0));
        }
        let (size, align) = (Self::rounded(layout.size()) + HEADROOM, layout.align());
        let system = System.allocate(SystemBlock::layout(size, align)?)?.cast::<u8>();
        // SAFETY: the block of `System` has `align + size` bytes.
        let start = unsafe { system.add(align) };
        self.blocks.borrow_mut().insert(start.addr().get(), SystemBlock { start, size, align });
        self.fill(start, 0, size, JUNK);
        Ok(self.slice(start, layout))
    }

    pub(crate) fn allocate_zeroed(&self, layout: Layout) -> AllocResult {
        let block = self.allocate(layout)?;
        self.fill(block.cast(), 0, block.len(), 0);
        Ok(block)
    }

    /// Frees a block. Ignores blocks that it does not know, and size 0.
    pub(crate) fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        let block = self.blocks.borrow_mut().remove(&start.addr().get());
        if let Some(SystemBlock { start, size, align }) = block {
            // SAFETY: the block starts `align` bytes into the block of `System`.
            let system = unsafe { start.sub(align) };
            let layout = SystemBlock::layout(size, align).expect("the block was allocated with this layout");
            // SAFETY: `System` allocated the block with this layout. It is freed once, since it is no longer in the map.
            unsafe { System.deallocate(system, layout) };
        }
    }

    /// Allocates a new block, copies the first `kept` bytes of the old one to it, and frees the old one.
    pub(crate) fn replace(&self, start: NonNull<u8>, old: Layout, new: Layout, kept: usize) -> AllocResult {
        let moved = self.allocate(new)?;
        self.copy(start, moved.cast(), kept);
        self.deallocate(start, old);
        Ok(moved)
    }

    pub(crate) fn grow_zeroed(&self, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = self.replace(start, old, new, old.size())?;
        self.fill(grown.cast(), old.size(), grown.len(), 0);
        Ok(grown)
    }

    /// Returns the rounded size of the block that starts at `start`, or 0 if there is none.
    pub(crate) fn capacity(&self, start: NonNull<u8>) -> usize {
        self.blocks.borrow().get(&start.addr().get()).map_or(0, |block| block.size - HEADROOM)
    }

    pub(crate) fn knows(&self, start: NonNull<u8>) -> bool {
        self.blocks.borrow().contains_key(&start.addr().get())
    }

    /// Returns a pointer to the block that starts at `start`, with provenance for the whole block. Panics if there is no such block
    /// or it has fewer than `length` bytes.
    fn whole(&self, start: NonNull<u8>, length: usize) -> NonNull<u8> {
        let block = self.blocks.borrow()[&start.addr().get()];
        assert!(length <= block.size);
        block.start
    }

    pub(crate) fn copy(&self, from: NonNull<u8>, to: NonNull<u8>, length: usize) {
        if length != 0 {
            let (from, to) = (self.whole(from, length), self.whole(to, length));
            // SAFETY: both blocks have `length` bytes, which were initialised when the blocks were allocated.
            unsafe { from.copy_to(to, length) };
        }
    }

    pub(crate) fn fill(&self, start: NonNull<u8>, from: usize, to: usize, byte: u8) {
        if from < to {
            // SAFETY: the block has at least `to` bytes, as `whole` checks.
            let target = unsafe { self.whole(start, to).add(from) };
            // SAFETY: as above.
            unsafe { target.write_bytes(byte, to - from) };
        }
    }

    /// Zeroes every live block.
    pub(crate) fn clear(&self) {
        let starts: Vec<_> = self.blocks.borrow().values().map(|block| block.start).collect();
        for start in starts {
            self.fill(start, 0, self.capacity(start), 0);
        }
    }

    /// Changes the first byte of a block.
    pub(crate) fn corrupt(&self, start: NonNull<u8>) {
        let start = self.whole(start, 1);
        // SAFETY: the block has at least one byte, as `whole` checks, and is initialised.
        let byte = unsafe { start.read() };
        // SAFETY: as above.
        unsafe { start.write(!byte) };
    }
}

/// A fault: replaces methods of `Base` by faulty ones.
pub(crate) trait Fault {
    /// Whether blocks are returned with their rounded length.
    const RETURNS_EXCESS: bool = false;

    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        base.allocate(layout)
    }
    fn allocate_zeroed(&self, base: &Base, layout: Layout) -> AllocResult {
        base.allocate_zeroed(layout)
    }
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        base.deallocate(start, layout);
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.replace(start, old, new, old.size())
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.grow_zeroed(start, old, new)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.replace(start, old, new, new.size())
    }
}

/// `Base` with a fault.
pub(crate) struct Broken<F> {
    base: Base,
    fault: F,
}

impl<F: Fault> Broken<F> {
    pub(crate) fn new(fault: F) -> Self {
        Self { base: Base { returns_excess: F::RETURNS_EXCESS, ..Base::default() }, fault }
    }
}

// SAFETY: violated on purpose: the allocator has a fault. Its only user is the kit, which stops at the first fault it sees.
unsafe impl<F: Fault> Allocator for Broken<F> {
    fn allocate(&self, layout: Layout) -> AllocResult {
        self.fault.allocate(&self.base, layout)
    }
    fn allocate_zeroed(&self, layout: Layout) -> AllocResult {
        self.fault.allocate_zeroed(&self.base, layout)
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        self.fault.deallocate(&self.base, start, layout);
    }
    unsafe fn grow(&self, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.fault.grow(&self.base, start, old, new)
    }
    unsafe fn grow_zeroed(&self, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.fault.grow_zeroed(&self.base, start, old, new)
    }
    unsafe fn shrink(&self, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.fault.shrink(&self.base, start, old, new)
    }
}
