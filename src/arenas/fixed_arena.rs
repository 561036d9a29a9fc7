use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::cursor::{self, Cursor};
use crate::api::replace::{grow_and_zero, replace};
use crate::api::translate::dangling;
use crate::api::{AllocError, Allocator, Layout, Owns, Reset};

/// A bump allocator over bytes that are there already: on the stack, in a static, or in a block of another allocator.
///
/// It never asks for more. When the bytes are used up it fails, which a collection's fallible methods return as an error.
///
/// * **Collections** take `&arena`, or the arena itself.
/// * **Cost** and **free**: as for `Arena`. The last block grows and shrinks where it is, and gives its bytes back; no other
///   does.
/// * **Memory**: four words beside the bytes; in the bytes there is nothing but blocks.
/// * **Alignment**: with the default `MIN_ALIGN` of 1 every byte is used. 8 makes allocations shorter by two instructions, and
///   rounds each size up to 8 bytes.
/// * **Threads**: `Send`, not `Sync`.
///
/// # Examples
///
/// ```
/// use core::mem::MaybeUninit;
/// use janus_alloc::FixedArena;
/// use janus_alloc::collections::Vec;
///
/// let mut bytes = [MaybeUninit::uninit(); 64];
/// let arena = FixedArena::new(&mut bytes);
/// let mut numbers = Vec::new_in(&arena);
/// assert!(numbers.try_reserve_exact(64).is_ok());
/// numbers.extend_from_slice(&[1_u8; 64]);
/// assert!(numbers.try_reserve(1).is_err()); // and the 64 are still there
/// assert_eq!(numbers.len(), arena.allocated_bytes());
/// ```
pub struct FixedArena<'b, const MIN_ALIGN: usize = 1> {
    cursor: Cursor<MIN_ALIGN>,
    start: NonNull<u8>,
    bytes: PhantomData<&'b mut [MaybeUninit<u8>]>,
}

// SAFETY: it is the one that may use the bytes, as the exclusive reference to them is, and that is `Send`.
unsafe impl<const MIN_ALIGN: usize> Send for FixedArena<'_, MIN_ALIGN> {}

impl<'b> FixedArena<'b> {
    /// An arena over `bytes`, with a minimum alignment of 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 100];
    /// let arena = janus_alloc::FixedArena::new(&mut bytes);
    /// assert_eq!(arena.capacity_bytes(), 100);
    /// ```
    #[must_use]
    pub fn new(bytes: &'b mut [MaybeUninit<u8>]) -> Self {
        Self::with_min_align(bytes)
    }
}

impl<'b, const MIN_ALIGN: usize> FixedArena<'b, MIN_ALIGN> {
    /// An arena over `bytes`, with a minimum alignment to be named: a power of two, at most 4096. The bytes in front of the
    /// first multiple of it are not used.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use janus_alloc::FixedArena;
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 1024];
    /// let arena = FixedArena::<8>::with_min_align(&mut bytes);
    /// assert!(arena.capacity_bytes() > 1024 - 8);
    /// ```
    #[must_use]
    pub fn with_min_align(bytes: &'b mut [MaybeUninit<u8>]) -> Self {
        const { cursor::require_min_align::<MIN_ALIGN>() };
        let cursor = Cursor::empty();
        let length = bytes.len();
        let first = NonNull::from(bytes).cast::<u8>();
        let padding = first.align_offset(MIN_ALIGN);
        let (start, end) = if padding <= length {
            // SAFETY: no more than the bytes there are.
            (unsafe { first.add(padding) }, unsafe { first.add(length) })
        } else {
            // Where not even the padding fits, nothing does.
            (Cursor::<MIN_ALIGN>::NOWHERE, Cursor::<MIN_ALIGN>::NOWHERE)
        };
        // SAFETY: the bytes are borrowed for as long as the arena lives, the start is aligned, and no slice is longer than
        // `isize::MAX`.
        unsafe { cursor.set(start, end) };
        Self { cursor, start, bytes: PhantomData }
    }

    /// The bytes in use, and those between blocks that alignment took.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use janus_alloc::{FixedArena, collections::Box};
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 100];
    /// let arena = FixedArena::new(&mut bytes);
    /// let block = Box::new_in([0_u8; 10], &arena);
    /// assert_eq!(arena.allocated_bytes(), 10);
    /// drop(block);
    /// assert_eq!(arena.allocated_bytes(), 0);
    /// ```
    #[must_use]
    pub fn allocated_bytes(&self) -> usize {
        self.cursor.position().addr().get() - self.start.addr().get()
    }

    /// The most that [`allocated_bytes`](Self::allocated_bytes) has been.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use janus_alloc::{FixedArena, collections::Box};
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 100];
    /// let mut arena = FixedArena::new(&mut bytes);
    /// drop(Box::new_in([0_u8; 10], &arena));
    /// arena.reset();
    /// assert_eq!(arena.high_water_bytes(), 10);
    /// ```
    #[must_use]
    pub fn high_water_bytes(&self) -> usize {
        self.cursor.peak().addr().get() - self.start.addr().get()
    }

    /// The bytes there are, in use or not.
    ///
    /// # Examples
    ///
    /// As for [`new`](FixedArena::new).
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.cursor.end().addr().get() - self.start.addr().get()
    }

    /// Whether a live block of this arena is at `block`: whether its address is one of the bytes'.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use core::ptr::NonNull;
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 100];
    /// let inside = NonNull::from(&mut bytes[50]).cast();
    /// let arena = janus_alloc::FixedArena::new(&mut bytes);
    /// assert!(arena.owns(inside) && !arena.owns(NonNull::from(&1).cast()));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        (self.start..self.cursor.end()).contains(&block)
    }

    /// Frees every block.
    ///
    /// # Examples
    ///
    /// As for [`high_water_bytes`](Self::high_water_bytes).
    pub fn reset(&mut self) {
        // SAFETY: `&mut` of the arena ends its blocks (rule 9 of `api`).
        unsafe { self.cursor.restart(self.start) };
    }

    #[inline(always)]
    fn take(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.cursor.take(layout) {
            Some(block) => Ok(NonNull::slice_from_raw_parts(block, layout.size())),
            None if layout.size() == 0 => Ok(dangling(layout)),
            None => Err(AllocError),
        }
    }
}

// SAFETY: blocks are disjoint parts of bytes that are borrowed for as long as the arena lives, and stay until the arena is
// dropped or reset, which takes `&mut` of it (rule 9), or the block is the last and given back. The bytes lie outside the arena, so
// moving it moves no block. There is no `Clone`, since two values would hand out the same bytes; and no `StaticAllocator`, since the
// borrow of the bytes ends.
unsafe impl<const MIN_ALIGN: usize> Allocator for FixedArena<'_, MIN_ALIGN> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.take(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.cursor.give_back(block, layout.size()) };
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            if let Some(block) = unsafe { self.cursor.grow(block, old.size(), new.size()) } {
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
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.cursor.shrink(block, old.size(), new.size()) };
            return Ok(NonNull::slice_from_raw_parts(block, new.size()));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, new.size()) }
    }
}

// SAFETY: a block lies in the bytes, which are the arena's alone.
unsafe impl<const MIN_ALIGN: usize> Owns for FixedArena<'_, MIN_ALIGN> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        FixedArena::owns(self, block)
    }
}

impl<const MIN_ALIGN: usize> Reset for FixedArena<'_, MIN_ALIGN> {
    fn reset(&mut self) {
        self.reset();
    }
}

impl<const MIN_ALIGN: usize> fmt::Debug for FixedArena<'_, MIN_ALIGN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedArena")
            .field("allocated_bytes", &self.allocated_bytes())
            .field("high_water_bytes", &self.high_water_bytes())
            .field("capacity_bytes", &self.capacity_bytes())
            .finish_non_exhaustive()
    }
}
