//! An honest allocator that knows all its blocks, and what a fault may change of it. All unsafe code of these tests is here:
//! faults lie to the kit, not to the memory.

use std::alloc::System;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr::{self, NonNull};

use janus_alloc::api::{AllocError, Allocator, Layout};

pub(crate) type Returned = Result<NonNull<[u8]>, AllocError>;

/// Bytes behind each block that belong to it, though nobody is told.
const HEADROOM: usize = 64;

/// What fresh memory is filled with: never by chance what it should be.
const JUNK: u8 = 0xCD;

/// Sizes rounded up to 16, each block from the system. It is aligned as requested and never by chance better, so that a fault
/// that shows at certain addresses shows in every run alike.
#[derive(Default)]
pub(crate) struct Base {
    blocks: RefCell<HashMap<usize, Real>>,
    /// Whether a block is returned at its rounded length; else at the requested one.
    pub(crate) longer: bool,
}

/// What there really is at an address. In the system's block it begins `align` bytes behind the start, and the system's block is
/// aligned to twice that.
#[derive(Clone, Copy)]
struct Real {
    start: NonNull<u8>,
    /// Bytes from the start on, headroom included.
    size: usize,
    align: usize,
}

impl Real {
    /// The layout of the system's block.
    fn system(size: usize, align: usize) -> Result<Layout, AllocError> {
        Layout::from_size_align(size + align, 2 * align).map_err(|_| AllocError)
    }
}

impl Base {
    pub(crate) fn rounded(size: usize) -> usize {
        size.next_multiple_of(16)
    }

    fn length(&self, size: usize) -> usize {
        if self.longer { Self::rounded(size) } else { size }
    }

    pub(crate) fn slice(&self, start: NonNull<u8>, layout: Layout) -> NonNull<[u8]> {
        NonNull::slice_from_raw_parts(start, self.length(layout.size()))
    }

    pub(crate) fn allocate(&self, layout: Layout) -> Returned {
        if layout.size() > 1 << 40 {
            return Err(AllocError);
        }
        if layout.size() == 0 {
            // No block, so that nothing has to come back.
            let dangling = NonNull::new(ptr::without_provenance_mut(layout.align())).ok_or(AllocError)?;
            return Ok(NonNull::slice_from_raw_parts(dangling, 0));
        }
        let (size, align) = (Self::rounded(layout.size()) + HEADROOM, layout.align());
        let system = System.allocate(Real::system(size, align)?)?.cast::<u8>();
        // SAFETY: the system's block has `align` bytes more than `size`.
        let start = unsafe { system.add(align) };
        self.blocks.borrow_mut().insert(start.addr().get(), Real { start, size, align });
        self.fill(start, 0, size, JUNK);
        Ok(self.slice(start, layout))
    }

    pub(crate) fn allocate_zeroed(&self, layout: Layout) -> Returned {
        let block = self.allocate(layout)?;
        self.fill(block.cast(), 0, block.len(), 0);
        Ok(block)
    }

    /// Frees the block; one it does not know it ignores, and what has no bytes.
    pub(crate) fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        let block = self.blocks.borrow_mut().remove(&start.addr().get());
        if let Some(Real { start, size, align }) = block {
            // SAFETY: the block begins `align` bytes into the system's.
            let system = unsafe { start.sub(align) };
            let layout = Real::system(size, align).expect("it was one before");
            // SAFETY: `System` gave the block with that layout, and it is freed once, being out of the map.
            unsafe { System.deallocate(system, layout) };
        }
    }

    /// A new block with the first `kept` bytes of the old one, which is freed.
    pub(crate) fn replace(&self, start: NonNull<u8>, old: Layout, new: Layout, kept: usize) -> Returned {
        let moved = self.allocate(new)?;
        self.copy(start, moved.cast(), kept);
        self.deallocate(start, old);
        Ok(moved)
    }

    pub(crate) fn grow_zeroed(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        let grown = self.replace(start, old, new, old.size())?;
        self.fill(grown.cast(), old.size(), grown.len(), 0);
        Ok(grown)
    }

    /// The bytes there are at `start`, if a block begins there.
    pub(crate) fn capacity(&self, start: NonNull<u8>) -> usize {
        self.blocks.borrow().get(&start.addr().get()).map_or(0, |real| real.size - HEADROOM)
    }

    pub(crate) fn knows(&self, start: NonNull<u8>) -> bool {
        self.blocks.borrow().contains_key(&start.addr().get())
    }

    fn real(&self, start: NonNull<u8>, length: usize) -> NonNull<u8> {
        let real = self.blocks.borrow()[&start.addr().get()];
        assert!(length <= real.size);
        real.start
    }

    pub(crate) fn copy(&self, from: NonNull<u8>, to: NonNull<u8>, length: usize) {
        if length != 0 {
            let (from, to) = (self.real(from, length), self.real(to, length));
            // SAFETY: both blocks are in the map, hold `length` bytes, and are initialised from the start.
            unsafe { from.copy_to(to, length) };
        }
    }

    pub(crate) fn fill(&self, start: NonNull<u8>, from: usize, to: usize, byte: u8) {
        if from < to {
            // SAFETY: the block is in the map and has `to` bytes.
            let target = unsafe { self.real(start, to).add(from) };
            // SAFETY: as above.
            unsafe { target.write_bytes(byte, to - from) };
        }
    }

    /// Zeroes every block there is.
    pub(crate) fn clear(&self) {
        let starts: Vec<_> = self.blocks.borrow().values().map(|real| real.start).collect();
        for start in starts {
            self.fill(start, 0, self.capacity(start), 0);
        }
    }

    /// Changes the first byte of a block.
    pub(crate) fn spoil(&self, start: NonNull<u8>) {
        let start = self.real(start, 1);
        // SAFETY: the block is in the map and has a byte.
        let byte = unsafe { start.read() };
        // SAFETY: as above.
        unsafe { start.write(!byte) };
    }
}

/// What an allocator does instead of what `Base` does.
pub(crate) trait Fault {
    /// Whether blocks are returned longer than requested.
    const LONGER: bool = false;

    fn allocate(&self, base: &Base, layout: Layout) -> Returned {
        base.allocate(layout)
    }
    fn allocate_zeroed(&self, base: &Base, layout: Layout) -> Returned {
        base.allocate_zeroed(layout)
    }
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        base.deallocate(start, layout);
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        base.replace(start, old, new, old.size())
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        base.grow_zeroed(start, old, new)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
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
        Self { base: Base { longer: F::LONGER, ..Base::default() }, fault }
    }
}

// SAFETY: it is not: it has a fault. The kit is the only user, and stops at the first one.
unsafe impl<F: Fault> Allocator for Broken<F> {
    fn allocate(&self, layout: Layout) -> Returned {
        self.fault.allocate(&self.base, layout)
    }
    fn allocate_zeroed(&self, layout: Layout) -> Returned {
        self.fault.allocate_zeroed(&self.base, layout)
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        self.fault.deallocate(&self.base, start, layout);
    }
    unsafe fn grow(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        self.fault.grow(&self.base, start, old, new)
    }
    unsafe fn grow_zeroed(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        self.fault.grow_zeroed(&self.base, start, old, new)
    }
    unsafe fn shrink(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        self.fault.shrink(&self.base, start, old, new)
    }
}
