//! C's allocation functions with a fast path: a few instructions without a system call, so `errno` need not be saved.
//!
//! A function has three stages. Each ends with a call of the next one if it cannot serve the request:
//!
//! 1. a method of [`CFunctions`], inlined into the exported symbol, for a block that the fast path serves at once;
//! 2. a function of the same name in this file, for any block of a size class;
//! 3. the function of the same name in [`functions`], for everything.
//!
//! Stage 2 is `extern "C"`, which nothing unwinds out of. So stage 1 ends with a tail call, and needs no stack frame.

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use super::functions::{self, stays};
use crate::adapters::AsGlobal;
use crate::api::UsableSize;
pub use crate::pools::shared::fast_path::FastPath;

impl<'a, A> FastPath for &'a AsGlobal<A>
where
    &'a A: FastPath,
{
    fn prepare(self) {
        FastPath::prepare(&**self);
    }

    #[inline(always)]
    fn try_allocate(self, size: usize) -> Option<NonNull<u8>> {
        FastPath::try_allocate(&**self, size)
    }

    #[inline(always)]
    fn try_allocate_any(self, size: usize) -> Option<NonNull<u8>> {
        FastPath::try_allocate_any(&**self, size)
    }

    fn try_allocate_slotless(self, size: usize) -> Option<NonNull<u8>> {
        FastPath::try_allocate_slotless(&**self, size)
    }

    unsafe fn try_free_slotless(self, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::try_free_slotless(&**self, block) }
    }

    #[inline(always)]
    unsafe fn try_free(self, block: *mut u8) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::try_free(&**self, block) }
    }

    #[inline(always)]
    unsafe fn try_free_any(self, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::try_free_any(&**self, block) }
    }

    #[inline(always)]
    unsafe fn size_of(self, block: *mut u8) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::size_of(&**self, block) }
    }

    #[inline(always)]
    unsafe fn size_of_any(self, block: NonNull<u8>) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::size_of_any(&**self, block) }
    }
}

/// The fast path of an allocator that has none: it serves nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoFastPath;

impl FastPath for NoFastPath {}

/// C's functions over an allocator and its fast path, or [`NoFastPath`].
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct CFunctions<F, A> {
    /// Serves what it can in a few instructions.
    pub fast_path: F,
    /// Serves everything.
    pub allocator: A,
}

impl<F: FastPath, A: UsableSize> CFunctions<F, A> {
    /// `malloc(size)`
    #[inline(always)]
    pub fn malloc(self, size: usize) -> *mut c_void {
        match self.fast_path.try_allocate(size) {
            Some(block) => block.as_ptr().cast(),
            None => malloc(self, size),
        }
    }

    /// `calloc(count, size)`
    #[inline(always)]
    pub fn calloc(self, count: usize, size: usize) -> *mut c_void {
        match try_allocate_zeroed(count, size, |bytes| self.fast_path.try_allocate(bytes)) {
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
        if !unsafe { self.fast_path.try_free(block.cast()) } {
            // SAFETY: as above; the fast path has not freed it.
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
        let old = unsafe { self.fast_path.size_of(block.cast()) };
        match old {
            Some(old) if size != 0 && stays(block.addr(), old, size) => block,
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
        match unsafe { self.fast_path.size_of(block.cast()) } {
            Some(size) => size,
            // SAFETY: by `# Safety` of this fn.
            None => unsafe { malloc_usable_size(self, block) },
        }
    }
}

/// Allocates a block by `allocate`, and zeroes it.
#[inline(always)]
fn try_allocate_zeroed(
    count: usize,
    size: usize,
    allocate: impl FnOnce(usize) -> Option<NonNull<u8>>,
) -> Option<*mut c_void> {
    let bytes = count.checked_mul(size)?;
    let block = allocate(bytes)?;
    // SAFETY: `allocate` returned a block of at least `bytes` bytes.
    unsafe { block.write_bytes(0, bytes) };
    Some(block.as_ptr().cast())
}

#[inline(never)]
extern "C" fn malloc<F: FastPath, A: UsableSize>(c: CFunctions<F, A>, size: usize) -> *mut c_void {
    match c.fast_path.try_allocate_any(size) {
        Some(block) => block.as_ptr().cast(),
        None => malloc_slow(c, size),
    }
}

#[cold]
#[inline(never)]
extern "C" fn malloc_slow<F: FastPath, A: UsableSize>(c: CFunctions<F, A>, size: usize) -> *mut c_void {
    if let Some(block) = c.fast_path.try_allocate_slotless(size) {
        return block.as_ptr().cast();
    }
    let block = functions::malloc(c.allocator, size);
    c.fast_path.prepare();
    block
}

#[inline(never)]
extern "C" fn calloc<F: FastPath, A: UsableSize>(c: CFunctions<F, A>, count: usize, size: usize) -> *mut c_void {
    match try_allocate_zeroed(count, size, |bytes| c.fast_path.try_allocate_any(bytes)) {
        Some(block) => block,
        None => calloc_slow(c, count, size),
    }
}

#[cold]
#[inline(never)]
extern "C" fn calloc_slow<F: FastPath, A: UsableSize>(c: CFunctions<F, A>, count: usize, size: usize) -> *mut c_void {
    let block = functions::calloc(c.allocator, count, size);
    c.fast_path.prepare();
    block
}

/// # Safety
///
/// The block is one for [`free`](super::free).
#[inline(never)]
unsafe extern "C" fn free<F: FastPath, A: UsableSize>(c: CFunctions<F, A>, block: *mut c_void) {
    let Some(block) = NonNull::new(block) else { return };
    // SAFETY: by `# Safety` of this fn.
    if !unsafe { c.fast_path.try_free_any(block.cast()) } {
        // SAFETY: by `# Safety` of this fn; the fast path has not freed it.
        unsafe { free_slow(c, block) };
    }
}

/// # Safety
///
/// The block is one for [`free`](super::free).
#[cold]
#[inline(never)]
unsafe extern "C" fn free_slow<F: FastPath, A: UsableSize>(c: CFunctions<F, A>, block: NonNull<c_void>) {
    // SAFETY: by `# Safety` of this fn.
    if !unsafe { c.fast_path.try_free_slotless(block.cast()) } {
        // SAFETY: by `# Safety` of this fn, and it was not freed.
        unsafe { functions::free(c.allocator, block.as_ptr()) };
    }
}

/// # Safety
///
/// The block is one for [`realloc`](super::realloc).
#[inline(never)]
unsafe extern "C" fn realloc<F: FastPath, A: UsableSize>(
    c: CFunctions<F, A>,
    block: *mut c_void,
    size: usize,
) -> *mut c_void {
    // SAFETY: by `# Safety` of this fn.
    let size_of = |block: NonNull<c_void>| unsafe { c.fast_path.size_of_any(block.cast()) };
    if let Some(old) = NonNull::new(block).and_then(size_of).filter(|_| size != 0) {
        if stays(block.addr(), old, size) {
            return block;
        }
        if let Some(moved) = c.fast_path.try_allocate(size).or_else(|| c.fast_path.try_allocate_any(size)) {
            let moved = moved.as_ptr().cast();
            // SAFETY: both blocks have at least that many bytes. Both are live, so they are disjoint.
            unsafe { ptr::copy_nonoverlapping(block.cast_const(), moved, old.min(size)) };
            // SAFETY: by `# Safety` of this fn.
            unsafe { c.free(block) };
            return moved;
        }
    }
    // SAFETY: by `# Safety` of this fn.
    unsafe { functions::realloc(c.allocator, block, size) }
}

/// # Safety
///
/// The block is one for [`free`](super::free).
#[inline(never)]
unsafe extern "C" fn malloc_usable_size<F: FastPath, A: UsableSize>(c: CFunctions<F, A>, block: *mut c_void) -> usize {
    // SAFETY: by `# Safety` of this fn.
    let size_of = |block: NonNull<c_void>| unsafe { c.fast_path.size_of_any(block.cast()) };
    match NonNull::new(block).and_then(size_of) {
        Some(size) => size,
        // SAFETY: by `# Safety` of this fn.
        None => unsafe { functions::malloc_usable_size(c.allocator, block) },
    }
}
