//! Blocks by their size, and by their address alone, straight out of the calling thread's bins, for C's `malloc` and `free`: a dozen
//! instructions each, and no system call. All that takes longer is for the methods of the trait.
//!
//! # Invariants
//!
//! 1. The slot can be read only once the pool is known not to be checked: a block is what the caller says.
//! 2. A block that is not aligned to 4096 bytes is no large one, so it lies in a chunk. That of others has to be looked up.

use core::ptr::{self, NonNull};

use super::SharedPool;
use super::allocator::whole;
use super::cache::{Bin, Bins, place};
use super::chunks::{Chunk, Use};
use super::geometry::slice_at;
use super::large::GRANULE;
use super::spans::{CLASSES, class_of};
use crate::api::{Allocator, Layout};
use crate::pools::size_class::size_of_class;

/// The align of C's blocks.
const ALIGN: usize = 16;

/// Up to here the bin of a size is found by a table.
const LARGEST: usize = 1024;

/// How many bytes from the start of the [`Bins`] that of a size lies, by how many times 16 bytes that are. Of size 0 a block has 16 bytes.
static OFFSETS: [u16; LARGEST / ALIGN + 1] = {
    let mut offsets = [0; LARGEST / ALIGN + 1];
    let mut count = 0;
    while count < offsets.len() {
        let size = if count == 0 { 1 } else { count * ALIGN };
        let Ok(layout) = Layout::from_size_align(size, ALIGN) else { panic!("a small one") };
        let Some(class) = class_of(layout) else { panic!("a small one") };
        offsets[count] = (place(class) * size_of::<Bin>()) as u16;
        count += 1;
    }
    offsets
};

/// The size of a block, in bytes, by the [code](Use::code) of what its slice is used as. 0 for what is no class.
static SIZES: [u32; Use::CODES] = {
    let mut sizes = [0; Use::CODES];
    let mut code = 0;
    while code < sizes.len() {
        if let Use::Span(class) = Use::of(code as u8) {
            if class < CLASSES {
                sizes[code] = size_of_class(class) as u32;
            }
        }
        code += 1;
    }
    sizes
};

/// The [code](Use::code) of the slice of a block, which lies in a chunk.
///
/// # Safety
///
/// It is live, and lies in a chunk.
#[inline(always)]
unsafe fn code_of(block: NonNull<u8>) -> usize {
    let address = block.addr().get();
    // SAFETY: by `# Safety` of this fn.
    let chunk = unsafe { Chunk::of(address) };
    // SAFETY: by `# Safety` of this fn.
    unsafe { chunk.code(slice_at(address)) }
}

/// The bin that lies `offset` bytes from the start of `bins`. In bytes, and not by an index, the compiler sees one address in what is read
/// and written there.
///
/// # Safety
///
/// There is one.
#[inline(always)]
unsafe fn bin_at(bins: &Bins, offset: usize) -> &Bin {
    // SAFETY: by `# Safety` of this fn.
    let bin = unsafe { ptr::from_ref(bins).byte_add(offset) }.cast::<Bin>();
    // SAFETY: by `# Safety` of this fn.
    unsafe { &*bin }
}

/// The block, if it lies in a chunk by invariant 2. Not null.
#[inline(always)]
fn surely_in_chunk(block: *mut u8) -> Option<NonNull<u8>> {
    // Each block is aligned to 8, so the lowest bits say nothing; without them the test is an instruction shorter.
    if block.addr() & (GRANULE - 8) == 0 { None } else { NonNull::new(block) }
}

/// Serves what it can without a system call; by default nothing.
pub trait AtHand: Copy {
    /// Has the others serve the next requests, if they can.
    fn prepare(self) {}

    /// A block for `size` bytes, aligned to 16, of its own even for none; if one is found at once.
    #[inline(always)]
    fn take(self, _size: usize) -> Option<NonNull<u8>> {
        None
    }

    /// [Takes](Self::take) a block for any size that has a class, with some more instructions.
    #[inline(always)]
    fn take_any(self, _size: usize) -> Option<NonNull<u8>> {
        None
    }

    /// Takes a block back if that is done at once, and says whether it has.
    ///
    /// # Safety
    ///
    /// It is null or a live block of the allocator's, not of size 0.
    #[inline(always)]
    unsafe fn put(self, _block: *mut u8) -> bool {
        false
    }

    /// Takes a block back, if it can, and says whether it has.
    ///
    /// # Safety
    ///
    /// It is a live block of the allocator's, not of size 0.
    #[inline(always)]
    unsafe fn put_any(self, _block: NonNull<u8>) -> bool {
        false
    }

    /// The bytes of a block, if there is one and that is known at once.
    ///
    /// # Safety
    ///
    /// The block is one for [`put`](Self::put).
    #[inline(always)]
    unsafe fn size_of(self, _block: *mut u8) -> Option<usize> {
        None
    }

    /// The bytes of a block, if they are known.
    ///
    /// # Safety
    ///
    /// The block is one for [`put_any`](Self::put_any).
    #[inline(always)]
    unsafe fn size_of_any(self, _block: NonNull<u8>) -> Option<usize> {
        None
    }
}

impl<A: Allocator> AtHand for &SharedPool<A> {
    fn prepare(self) {
        if !self.slot_reader.is_ready() && self.made().is_some_and(|heap| !heap.options.checked) {
            self.slot_reader.prepare();
        }
    }

    #[inline(always)]
    fn take(self, size: usize) -> Option<NonNull<u8>> {
        if size > LARGEST {
            return None;
        }
        let offset = usize::from(OFFSETS[(size + (ALIGN - 1)) >> ALIGN.trailing_zeros()]);
        // SAFETY: a bin lies there.
        self.with_bins(|bins| unsafe { bin_at(bins, offset) }.take())
    }

    #[inline(always)]
    fn take_any(self, size: usize) -> Option<NonNull<u8>> {
        let layout = Layout::from_size_align(size.max(1), ALIGN).ok()?;
        let place = place(class_of(layout)?);
        // SAFETY: there is one for each class.
        self.with_any_bins(|bins| unsafe { bins.get_unchecked(place) }.take())
    }

    #[inline(always)]
    unsafe fn put(self, block: *mut u8) -> bool {
        let Some(block) = surely_in_chunk(block) else { return false };
        // SAFETY: by `# Safety` of this fn and invariant 2.
        self.with_bins(|bins| unsafe { put_in_bin(bins, block) }).is_some()
    }

    #[inline(always)]
    unsafe fn put_any(self, block: NonNull<u8>) -> bool {
        let is_in_chunk = self.made().is_some_and(|heap| heap.chunks.has(block.addr().get()));
        // SAFETY: by `# Safety` of this fn.
        is_in_chunk && self.with_any_bins(|bins| unsafe { put_in_bin(bins, block) }).is_some()
    }

    #[inline(always)]
    unsafe fn size_of(self, block: *mut u8) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn and invariant 2.
        unsafe { self.size_in_chunk(surely_in_chunk(block)?) }
    }

    #[inline(always)]
    unsafe fn size_of_any(self, block: NonNull<u8>) -> Option<usize> {
        self.made().filter(|heap| heap.chunks.has(block.addr().get()))?;
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.size_in_chunk(block) }
    }
}

impl<A: Allocator> SharedPool<A> {
    /// Has `action` look at the bins of the calling thread, or the vacant ones. `None` before [`prepare`](AtHand::prepare), and where that is
    /// of no use.
    #[inline(always)]
    fn with_bins<R>(&self, action: impl FnOnce(&Bins) -> Option<R>) -> Option<R> {
        let slot = self.slot_reader.slot()?;
        // SAFETY: the calling thread's.
        let bins = unsafe { self.bins.at(slot) };
        // SAFETY: as in `bin`.
        action(unsafe { &*bins })
    }

    /// As [`with_bins`](Self::with_bins), also for a thread whose number has no slot.
    #[inline(always)]
    fn with_any_bins<R>(&self, action: impl FnOnce(&Bins) -> Option<R>) -> Option<R> {
        let slot = self.slot_reader.slot()?;
        if slot == 0 {
            return action(Self::cache_without_slot(self.made()?)?.bins());
        }
        self.with_bins(action)
    }

    /// # Safety
    ///
    /// If the pool is not checked, the block is a live one of a chunk of this pool's.
    #[inline(always)]
    unsafe fn size_in_chunk(&self, block: NonNull<u8>) -> Option<usize> {
        if !self.slot_reader.is_ready() {
            return None;
        }
        // SAFETY: by `# Safety` of this fn and invariant 1.
        let code = unsafe { code_of(block) };
        // SAFETY: there is one for each code.
        let size = unsafe { SIZES.get_unchecked(code) };
        (*size != 0).then_some(*size as usize)
    }
}

/// # Safety
///
/// `bins` are those of a pool that is not checked, and the block is a live one of a chunk of its.
#[inline(always)]
unsafe fn put_in_bin(bins: &Bins, block: NonNull<u8>) -> Option<()> {
    // SAFETY: by `# Safety` of this fn and invariant 1.
    let code = unsafe { code_of(block) };
    // SAFETY: there is a bin for each code.
    let bin = unsafe { bin_at(bins, code * size_of::<Bin>()) };
    bin.put(whole(block)).then_some(())
}
