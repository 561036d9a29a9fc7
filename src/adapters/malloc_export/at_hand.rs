//! C's functions where an allocator has at hand what they ask for: a few instructions, and no look at `errno`, which a system call might
//! change.

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use super::functions::{self, keeps};
use crate::adapters::AsGlobal;
use crate::api::UsableSize;
pub use crate::pools::shared::at_hand::AtHand;

impl<'a, A> AtHand for &'a AsGlobal<A>
where
    &'a A: AtHand,
{
    fn prepare(self) {
        AtHand::prepare(&**self);
    }

    #[inline(always)]
    fn take(self, size: usize) -> Option<NonNull<u8>> {
        AtHand::take(&**self, size)
    }

    #[inline(always)]
    fn take_any(self, size: usize) -> Option<NonNull<u8>> {
        AtHand::take_any(&**self, size)
    }

    #[inline(always)]
    unsafe fn put(self, block: *mut u8) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { AtHand::put(&**self, block) }
    }

    #[inline(always)]
    unsafe fn put_any(self, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { AtHand::put_any(&**self, block) }
    }

    #[inline(always)]
    unsafe fn size_of(self, block: *mut u8) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { AtHand::size_of(&**self, block) }
    }

    #[inline(always)]
    unsafe fn size_of_any(self, block: NonNull<u8>) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { AtHand::size_of_any(&**self, block) }
    }
}

/// For an allocator that has nothing at hand.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl AtHand for Nothing {}

/// C's functions over an allocator, and over what it has at hand.
///
/// Each function does what is done in a few instructions, and leaves the rest to another one, which it ends with. So it needs no frame:
/// that is why the other one is an `extern "C"`, which nothing unwinds from.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Over<H, A> {
    /// Serves what the allocator has at hand.
    pub at_hand: H,
    /// Serves everything.
    pub allocator: A,
}

impl<H: AtHand, A: UsableSize> Over<H, A> {
    /// `malloc(size)`
    #[inline(always)]
    pub fn malloc(self, size: usize) -> *mut c_void {
        match self.at_hand.take(size) {
            Some(block) => block.as_ptr().cast(),
            None => malloc(self, size),
        }
    }

    /// `calloc(count, size)`
    #[inline(always)]
    pub fn calloc(self, count: usize, size: usize) -> *mut c_void {
        match zeroed(count, size, |bytes| self.at_hand.take(bytes)) {
            Some(block) => block,
            None => calloc(self, count, size),
        }
    }

    /// `free(block)`
    ///
    /// # Safety
    ///
    /// The block is one for [`free`](super::free).
    #[inline(always)]
    pub unsafe fn free(self, block: *mut c_void) {
        // SAFETY: by `# Safety` of this fn.
        if !unsafe { self.at_hand.put(block.cast()) } {
            // SAFETY: as above, and it was not taken back.
            unsafe { free(self, block) };
        }
    }

    /// `realloc(block, size)`
    ///
    /// # Safety
    ///
    /// The block is one for [`realloc`](super::realloc).
    #[inline(always)]
    pub unsafe fn realloc(self, block: *mut c_void, size: usize) -> *mut c_void {
        // SAFETY: by `# Safety` of this fn.
        let old = unsafe { self.at_hand.size_of(block.cast()) };
        match old {
            Some(old) if size != 0 && keeps(block.addr(), old, size) => block,
            // SAFETY: by `# Safety` of this fn.
            _ => unsafe { realloc(self, block, size) },
        }
    }

    /// `malloc_usable_size(block)`
    ///
    /// # Safety
    ///
    /// The block is one for [`free`](super::free).
    #[inline(always)]
    pub unsafe fn malloc_usable_size(self, block: *mut c_void) -> usize {
        // SAFETY: by `# Safety` of this fn.
        match unsafe { self.at_hand.size_of(block.cast()) } {
            Some(size) => size,
            // SAFETY: by `# Safety` of this fn.
            None => unsafe { malloc_usable_size(self, block) },
        }
    }
}

/// A block that `take` gives for so many bytes, zeroed.
#[inline(always)]
fn zeroed(count: usize, size: usize, take: impl FnOnce(usize) -> Option<NonNull<u8>>) -> Option<*mut c_void> {
    let bytes = count.checked_mul(size)?;
    let block = take(bytes)?;
    // SAFETY: the block has so many bytes.
    unsafe { block.write_bytes(0, bytes) };
    Some(block.as_ptr().cast())
}

#[inline(never)]
extern "C" fn malloc<H: AtHand, A: UsableSize>(over: Over<H, A>, size: usize) -> *mut c_void {
    match over.at_hand.take_any(size) {
        Some(block) => block.as_ptr().cast(),
        None => malloc_elsewhere(over, size),
    }
}

#[cold]
#[inline(never)]
extern "C" fn malloc_elsewhere<H: AtHand, A: UsableSize>(over: Over<H, A>, size: usize) -> *mut c_void {
    let block = functions::malloc(over.allocator, size);
    over.at_hand.prepare();
    block
}

#[inline(never)]
extern "C" fn calloc<H: AtHand, A: UsableSize>(over: Over<H, A>, count: usize, size: usize) -> *mut c_void {
    match zeroed(count, size, |bytes| over.at_hand.take_any(bytes)) {
        Some(block) => block,
        None => calloc_elsewhere(over, count, size),
    }
}

#[cold]
#[inline(never)]
extern "C" fn calloc_elsewhere<H: AtHand, A: UsableSize>(over: Over<H, A>, count: usize, size: usize) -> *mut c_void {
    let block = functions::calloc(over.allocator, count, size);
    over.at_hand.prepare();
    block
}

/// # Safety
///
/// The block is one for [`free`](super::free).
#[inline(never)]
unsafe extern "C" fn free<H: AtHand, A: UsableSize>(over: Over<H, A>, block: *mut c_void) {
    let Some(block) = NonNull::new(block) else { return };
    // SAFETY: by `# Safety` of this fn.
    if !unsafe { over.at_hand.put_any(block.cast()) } {
        // SAFETY: by `# Safety` of this fn, and it was not taken back.
        unsafe { free_elsewhere(over, block) };
    }
}

/// # Safety
///
/// The block is one for [`free`](super::free).
#[cold]
#[inline(never)]
unsafe extern "C" fn free_elsewhere<H: AtHand, A: UsableSize>(over: Over<H, A>, block: NonNull<c_void>) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { functions::free(over.allocator, block.as_ptr()) };
}

/// # Safety
///
/// The block is one for [`realloc`](super::realloc).
#[inline(never)]
unsafe extern "C" fn realloc<H: AtHand, A: UsableSize>(
    over: Over<H, A>,
    block: *mut c_void,
    size: usize,
) -> *mut c_void {
    // SAFETY: by `# Safety` of this fn.
    let size_of = |block: NonNull<c_void>| unsafe { over.at_hand.size_of_any(block.cast()) };
    if let Some(old) = NonNull::new(block).and_then(size_of).filter(|_| size != 0) {
        if keeps(block.addr(), old, size) {
            return block;
        }
        if let Some(moved) = over.at_hand.take(size).or_else(|| over.at_hand.take_any(size)) {
            let moved = moved.as_ptr().cast();
            // SAFETY: both blocks have so many bytes, and are disjoint, being live at once.
            unsafe { ptr::copy_nonoverlapping(block.cast_const(), moved, old.min(size)) };
            // SAFETY: by `# Safety` of this fn.
            unsafe { over.free(block) };
            return moved;
        }
    }
    // SAFETY: by `# Safety` of this fn.
    unsafe { functions::realloc(over.allocator, block, size) }
}

/// # Safety
///
/// The block is one for [`free`](super::free).
#[inline(never)]
unsafe extern "C" fn malloc_usable_size<H: AtHand, A: UsableSize>(over: Over<H, A>, block: *mut c_void) -> usize {
    // SAFETY: by `# Safety` of this fn.
    let size_of = |block: NonNull<c_void>| unsafe { over.at_hand.size_of_any(block.cast()) };
    match NonNull::new(block).and_then(size_of) {
        Some(size) => size,
        // SAFETY: by `# Safety` of this fn.
        None => unsafe { functions::malloc_usable_size(over.allocator, block) },
    }
}
