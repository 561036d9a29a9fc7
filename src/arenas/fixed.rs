use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::cursor::{self, Cursor};
use crate::api::global_calls::dangling;
use crate::api::move_block::{grow_and_zero, replace};
use crate::api::{AllocError, Allocator, IndependentAllocator, Layout, Owns, Reset};

/// A bump allocator over a buffer: on the stack, in a static, or in a block of another allocator.
///
/// Use it for a known amount of memory, or without a heap. When the buffer is full, allocations fail, and a collection's fallible
/// methods return the error.
///
/// * **Collections** take `&arena`, or the arena itself.
/// * **Cost**: that of `Arena`. The last block can grow, shrink and be freed in place. Freeing any other block does nothing.
/// * **Memory**: the buffer holds nothing but blocks. The arena itself has four words.
/// * **Alignment**: with the default `MIN_ALIGN` of 1 every byte is used. With 8 an allocation takes two instructions less, and
///   each size is rounded up to a multiple of 8. **Size 0** uses no byte.
/// * **Threads**: `Send`, never `Sync`.
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
/// assert!(numbers.try_reserve(1).is_err()); // the 64 are unharmed
/// assert_eq!(numbers.len(), arena.allocated_bytes());
/// ```
pub struct FixedArena<'b, const MIN_ALIGN: usize = 1> {
    // # Invariants
    //
    // 1. The cursor was set to `start`, in the buffer; or both are without a region.
    // 2. Nothing but the arena and its blocks uses the buffer, for `'b`.
    cursor: Cursor<MIN_ALIGN>,
    start: NonNull<u8>,
    bytes: PhantomData<&'b mut [MaybeUninit<u8>]>,
}

// SAFETY: by invariant 2 it is as good as the exclusive reference to the buffer, which is `Send`.
unsafe impl<const MIN_ALIGN: usize> Send for FixedArena<'_, MIN_ALIGN> {}

impl<'b> FixedArena<'b> {
    /// Creates an arena over `bytes`, with a minimum alignment of 1.
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
    /// Creates an arena over `bytes`, with the minimum alignment `MIN_ALIGN`: a power of two, at most 4096. Any other value is a compile
    /// error. Bytes in front of the first multiple of `MIN_ALIGN` are not used.
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
            // SAFETY: both are at most the length of the buffer.
            (unsafe { first.add(padding) }, unsafe { first.add(length) })
        } else {
            // The buffer has no aligned address.
            (Cursor::<MIN_ALIGN>::NO_REGION, Cursor::<MIN_ALIGN>::NO_REGION)
        };
        // SAFETY: the start is aligned, and no slice is longer than `isize::MAX` bytes. The buffer is borrowed exclusively for `'b`,
        // which outlives the arena. Otherwise both are `NO_REGION`.
        unsafe { cursor.set(start, end) };
        Self { cursor, start, bytes: PhantomData }
    }

    /// Returns the number of bytes allocated, including padding for alignment and freed blocks that were not the last one.
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

    /// Returns the highest value of [`allocated_bytes`](Self::allocated_bytes) so far, not affected by resets.
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

    /// Returns the number of bytes that the arena has for blocks, used or not.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 100];
    /// assert_eq!(janus_alloc::FixedArena::new(&mut bytes).capacity_bytes(), 100);
    /// ```
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.cursor.end().addr().get() - self.start.addr().get()
    }

    /// Returns whether this arena allocated the live block at `block`, by comparing its address with those of the buffer.
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
    /// ```
    /// use core::mem::MaybeUninit;
    /// use janus_alloc::{FixedArena, collections::Box};
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 100];
    /// let mut arena = FixedArena::new(&mut bytes);
    /// Box::leak(Box::new_in([0_u8; 90], &arena));
    /// arena.reset();
    /// assert_eq!(arena.allocated_bytes(), 0);
    /// ```
    pub fn reset(&mut self) {
        // SAFETY: the cursor was set to `start`, and `&mut` of the arena ends its blocks (rule 9 of `api`).
        unsafe { self.cursor.restart(self.start) };
    }
}

// SAFETY: blocks are disjoint parts of the buffer, which the arena borrows exclusively. They stay valid until they are freed or the
// arena is dropped or reset, which takes `&mut` of it (rule 9). The buffer lies outside the arena, so moving the arena moves no block.
// There is no `Clone`, because two values would allocate the same bytes; and no `StaticAllocator`, because the borrow of the buffer
// ends.
unsafe impl<const MIN_ALIGN: usize> Allocator for FixedArena<'_, MIN_ALIGN> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.cursor.allocate(layout) {
            Some(block) => Ok(NonNull::slice_from_raw_parts(block, layout.size())),
            None if layout.size() == 0 => Ok(dangling(layout)),
            None => Err(AllocError),
        }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.cursor.free_last(block, layout.size()) };
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            if let Some(block) = unsafe { self.cursor.grow_last(block, old.size(), new.size()) } {
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
            unsafe { self.cursor.shrink_last(block, old.size(), new.size()) };
            return Ok(NonNull::slice_from_raw_parts(block, new.size()));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, new.size()) }
    }
}

// SAFETY: the arena's blocks lie in the buffer, and blocks of allocators that take no memory from the arena do not.
unsafe impl<const MIN_ALIGN: usize> Owns for FixedArena<'_, MIN_ALIGN> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        FixedArena::owns(self, block)
    }
}

// SAFETY: it calls no allocator, and the buffer does not move with it.
unsafe impl<const MIN_ALIGN: usize> IndependentAllocator for FixedArena<'_, MIN_ALIGN> {}

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
