//! The fast path of C's `malloc` and `free`: it takes blocks by size from the bins of the calling thread, and pushes them
//! back by address alone, in a dozen instructions each and without a system call. The methods of the allocator traits serve
//! all other requests.
//!
//! # Invariants
//!
//! 1. The slot reader of a pool is ready only if the pool is known not to be checked. A pool that is not checked trusts
//!    the caller that an address is that of a block in use.
//! 2. A large block is aligned to 4096 bytes. So a block that is not so aligned lies in a chunk. One that is has to be
//!    looked up.

use core::ptr::{self, NonNull};

use super::SharedPool;
use super::cache::{Bin, Bins, bin_index};
use super::chunks::{Chunk, SliceUse};
use super::geometry::slice_at;
use super::large::MIN_ALIGN;
use super::provenance;
use super::spans::{CLASSES, class_of};
use crate::api::{Allocator, Layout};
use crate::pools::size_class::size_of_class;

/// The align of C's blocks.
const ALIGN: usize = 16;

/// The largest size for which a table contains the bin.
const LARGEST: usize = 1024;

/// The offset in bytes of a bin in [`Bins`], by the size of a block in units of 16 bytes, rounded up. A block of size 0
/// has 16 bytes.
static BIN_OFFSETS: [u16; LARGEST / ALIGN + 1] = {
    let mut offsets = [0; LARGEST / ALIGN + 1];
    let mut units = 0;
    while units < offsets.len() {
        let size = if units == 0 { 1 } else { units * ALIGN };
        let Ok(layout) = Layout::from_size_align(size, ALIGN) else { panic!("the size is small") };
        let Some(class) = class_of(layout) else { panic!("the size is small") };
        offsets[units] = (bin_index(class) * size_of::<Bin>()) as u16;
        units += 1;
    }
    offsets
};

/// The size of a block in bytes, by the [code](SliceUse::code) of the use of its slice; 0 for a code that is no class.
static BLOCK_SIZES: [u32; SliceUse::CODES] = {
    let mut sizes = [0; SliceUse::CODES];
    let mut code = 0;
    while code < sizes.len() {
        if let SliceUse::Span(class) = SliceUse::from_code(code as u8) {
            if class < CLASSES {
                sizes[code] = size_of_class(class) as u32;
            }
        }
        code += 1;
    }
    sizes
};

/// Returns the [code](SliceUse::code) of the use of the slice in which a block lies.
///
/// # Safety
///
/// The block is in use, and lies in a chunk.
#[inline(always)]
unsafe fn use_code_of(block: NonNull<u8>) -> usize {
    let address = block.addr().get();
    // SAFETY: by `# Safety` of this fn.
    let chunk = unsafe { Chunk::of(address) };
    // SAFETY: by `# Safety` of this fn.
    unsafe { chunk.use_code(slice_at(address)) }
}

/// Returns the bin that lies `offset` bytes from the start of `bins`. With bytes, unlike an index, the compiler uses
/// one address for all that is read and written of the bin.
///
/// # Safety
///
/// A bin lies there.
#[inline(always)]
unsafe fn bin_at(bins: &Bins, offset: usize) -> &Bin {
    // SAFETY: by `# Safety` of this fn.
    let bin = unsafe { ptr::from_ref(bins).byte_add(offset) }.cast::<Bin>();
    // SAFETY: by `# Safety` of this fn.
    unsafe { &*bin }
}

/// Returns the block if its address shows that it lies in a chunk, by invariant 2, and is not null.
#[inline(always)]
fn known_in_chunk(block: *mut u8) -> Option<NonNull<u8>> {
    // Each block is aligned to 8, so the lowest bits are known. The test is an instruction shorter without them.
    if block.addr() & (MIN_ALIGN - 8) == 0 { None } else { NonNull::new(block) }
}

/// An allocator that serves some requests without a system call. The provided methods serve none.
pub trait FastPath: Copy {
    /// Prepares the other methods to serve requests, if that is possible.
    fn prepare(self) {}

    /// Allocates `size` bytes, aligned to 16, if the bin of a small class has a block. A block of size 0 is unique, too.
    #[inline(always)]
    fn try_allocate(self, _size: usize) -> Option<NonNull<u8>> {
        None
    }

    /// Allocates like [`try_allocate`](Self::try_allocate), for any size that has a class, with some more instructions.
    #[inline(always)]
    fn try_allocate_any(self, _size: usize) -> Option<NonNull<u8>> {
        None
    }

    /// Frees a block if its address shows that it lies in a chunk, it has a class, and the bin has room. Returns whether
    /// it was freed.
    ///
    /// # Safety
    ///
    /// `block` is null, or a block of the allocator in use that is not of size 0.
    #[inline(always)]
    unsafe fn try_free(self, _block: *mut u8) -> bool {
        false
    }

    /// Allocates like [`try_allocate_any`](Self::try_allocate_any), for a thread whose index has no slot.
    fn try_allocate_slotless(self, _size: usize) -> Option<NonNull<u8>> {
        None
    }

    /// Frees like [`try_free_any`](Self::try_free_any), for a thread whose index has no slot.
    ///
    /// # Safety
    ///
    /// Those of [`try_free_any`](Self::try_free_any).
    unsafe fn try_free_slotless(self, _block: NonNull<u8>) -> bool {
        false
    }

    /// Frees like [`try_free`](Self::try_free), for any block that has a class, with some more instructions.
    ///
    /// # Safety
    ///
    /// `block` is a block of the allocator in use that is not of size 0.
    #[inline(always)]
    unsafe fn try_free_any(self, _block: NonNull<u8>) -> bool {
        false
    }

    /// Returns the size of a block, if its address shows that it lies in a chunk, and it has a class. Returns `None` for
    /// a null pointer.
    ///
    /// # Safety
    ///
    /// Those of [`try_free`](Self::try_free).
    #[inline(always)]
    unsafe fn size_of(self, _block: *mut u8) -> Option<usize> {
        None
    }

    /// Returns the size like [`size_of`](Self::size_of), for any block that has a class, with some more instructions.
    ///
    /// # Safety
    ///
    /// Those of [`try_free_any`](Self::try_free_any).
    #[inline(always)]
    unsafe fn size_of_any(self, _block: NonNull<u8>) -> Option<usize> {
        None
    }
}

impl<A: Allocator> FastPath for &SharedPool<A> {
    fn prepare(self) {
        if !self.slot_reader.is_ready() && self.existing_heap().is_some_and(|heap| !heap.options.checked) {
            self.slot_reader.prepare();
        }
    }

    #[inline(always)]
    fn try_allocate(self, size: usize) -> Option<NonNull<u8>> {
        if size > LARGEST {
            return None;
        }
        let offset = usize::from(BIN_OFFSETS[(size + (ALIGN - 1)) >> ALIGN.trailing_zeros()]);
        // SAFETY: the table contains offsets of bins.
        self.with_bins(|bins| unsafe { bin_at(bins, offset) }.pop())
    }

    #[inline(always)]
    fn try_allocate_any(self, size: usize) -> Option<NonNull<u8>> {
        let layout = Layout::from_size_align(size.max(1), ALIGN).ok()?;
        let index = bin_index(class_of(layout)?);
        // SAFETY: there is a bin for each class.
        self.with_bins(|bins| unsafe { bins.get_unchecked(index) }.pop())
    }

    #[inline(always)]
    unsafe fn try_free(self, block: *mut u8) -> bool {
        let Some(block) = known_in_chunk(block) else { return false };
        // SAFETY: by invariant 1 the pool is not checked, so by `# Safety` of this fn the block is in use; it lies in a
        // chunk by invariant 2.
        self.with_bins(|bins| unsafe { push(bins, block) }).is_some()
    }

    #[inline(always)]
    unsafe fn try_free_any(self, block: NonNull<u8>) -> bool {
        let is_in_chunk = self.existing_heap().is_some_and(|heap| heap.chunks.contains(block.addr().get()));
        // SAFETY: by invariant 1 the pool is not checked, so by `# Safety` of this fn the block is in use; it lies in a
        // chunk.
        is_in_chunk && self.with_bins(|bins| unsafe { push(bins, block) }).is_some()
    }

    #[inline(always)]
    unsafe fn size_of(self, block: *mut u8) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn and invariant 2.
        unsafe { self.size_in_class(known_in_chunk(block)?) }
    }

    #[inline(always)]
    unsafe fn size_of_any(self, block: NonNull<u8>) -> Option<usize> {
        self.existing_heap().filter(|heap| heap.chunks.contains(block.addr().get()))?;
        // SAFETY: by `# Safety` of this fn; the block lies in a chunk.
        unsafe { self.size_in_class(block) }
    }

    fn try_allocate_slotless(self, size: usize) -> Option<NonNull<u8>> {
        let layout = Layout::from_size_align(size.max(1), ALIGN).ok()?;
        self.slotless_bins()?[bin_index(class_of(layout)?)].pop()
    }

    unsafe fn try_free_slotless(self, block: NonNull<u8>) -> bool {
        let is_in_chunk = self.existing_heap().is_some_and(|heap| heap.chunks.contains(block.addr().get()));
        // SAFETY: by `# Safety` of this fn.
        is_in_chunk && self.slotless_bins().is_some_and(|bins| unsafe { push(bins, block) }.is_some())
    }
}

impl<A: Allocator> SharedPool<A> {
    /// Returns the bins of the calling thread, or the vacant ones.
    ///
    /// # Safety
    ///
    /// `slot` is the slot of the calling thread.
    #[inline(always)]
    unsafe fn bins_at(&self, slot: usize) -> &Bins {
        // SAFETY: by `# Safety` of this fn.
        let bins = unsafe { self.bins.at(slot) };
        // SAFETY: as in `SharedPool::bin`.
        unsafe { &*bins }
    }

    /// Calls `action` with the bins of the calling thread, or with the vacant ones. Returns `None` before
    /// [`prepare`](FastPath::prepare), and where that has no effect.
    #[inline(always)]
    fn with_bins<R>(&self, action: impl FnOnce(&Bins) -> Option<R>) -> Option<R> {
        let slot = self.slot_reader.slot()?;
        // SAFETY: the reader returns the slot of the calling thread.
        action(unsafe { self.bins_at(slot) })
    }

    /// Returns the bins of the calling thread if its index has no slot. `None` before [`prepare`](FastPath::prepare).
    fn slotless_bins(&self) -> Option<&Bins> {
        self.slot_reader.slot().filter(|&slot| slot == 0)?;
        Some(Self::slotless_cache(self.existing_heap()?)?.bins())
    }

    /// Returns the size of a block, unless it is a run.
    ///
    /// # Safety
    ///
    /// If the pool is not checked, `block` is a block of this pool in use that lies in a chunk.
    #[inline(always)]
    unsafe fn size_in_class(&self, block: NonNull<u8>) -> Option<usize> {
        if !self.slot_reader.is_ready() {
            return None;
        }
        // SAFETY: the slot reader is ready, so the pool is not checked, by invariant 1. The rest is `# Safety` of this fn.
        let code = unsafe { use_code_of(block) };
        // SAFETY: the table has an entry for each code.
        let size = unsafe { BLOCK_SIZES.get_unchecked(code) };
        (*size != 0).then_some(*size as usize)
    }
}

/// Pushes a block onto its bin. Returns `None` if that has no room.
///
/// # Safety
///
/// The block is a block in use of the pool of `bins`, and lies in a chunk.
#[inline(always)]
unsafe fn push(bins: &Bins, block: NonNull<u8>) -> Option<()> {
    // SAFETY: by `# Safety` of this fn.
    let code = unsafe { use_code_of(block) };
    // SAFETY: there is a bin for each code.
    let bin = unsafe { bin_at(bins, code * size_of::<Bin>()) };
    bin.push(provenance::restore(block)).then_some(())
}
