use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::bump::{self, Fit};
use crate::api::replace::{grow_and_zero, replace};
use crate::api::translate::dangling;
use crate::api::{AllocError, Allocator, AllocatorClone, GlobalAllocator, Layout, Owns, Reset};
use crate::sync::{AtomicUsize, Ordering};

/// A bump allocator with its `N` bytes inside itself: a heap for programs without one, in a static.
///
/// * **As the default**: `#[global_allocator] static DEFAULT: AsGlobal<&StaticArena<N>> = AsGlobal::new(&HEAP)`. It works
///   without std, without an operating system and without `alloc`.
/// * **Collections** take `&HEAP`. The trait is on the reference only, since moving the value would move its blocks.
/// * **Cost**: a compare-and-swap for an allocation, and for a free, a growth or a shrink of the last block. A free of any other
///   block does nothing.
/// * **Memory**: exactly `N` bytes and a word; sizes are not rounded up. The bytes are zero pages of the program's image until
///   they are used (`.bss`).
/// * **Threads**: `Sync`, without a lock. Not on targets without atomic compare-and-swap.
/// * **Errors**: it fails when the bytes are used up, and never asks for more.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, StaticArena};
///
/// static HEAP: StaticArena<{ 1 << 20 }> = StaticArena::new();
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<&StaticArena<{ 1 << 20 }>> = AsGlobal::new(&HEAP);
///
/// let numbers = vec![1, 2, 3];
/// assert!(HEAP.allocated_bytes() >= 12);
/// # drop(numbers);
/// ```
#[repr(C, align(16))]
pub struct StaticArena<const N: usize> {
    bytes: UnsafeCell<MaybeUninit<[u8; N]>>,
    /// How many of the bytes are behind the position.
    used: AtomicUsize,
}

// SAFETY: the bytes are only handed out, in disjoint blocks; `used` is atomic, and a block that comes back is released by whoever
// frees it and acquired by whoever gets its bytes next.
unsafe impl<const N: usize> Sync for StaticArena<N> {}

impl<const N: usize> StaticArena<N> {
    /// An arena of `N` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// static HEAP: janus_alloc::StaticArena<4096> = janus_alloc::StaticArena::new();
    /// assert_eq!((HEAP.allocated_bytes(), HEAP.capacity_bytes()), (0, 4096));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: UnsafeCell::new(MaybeUninit::uninit()), used: AtomicUsize::new(0) }
    }

    /// The bytes in use, and those between blocks that alignment took.
    ///
    /// # Examples
    ///
    /// As for [`new`](Self::new).
    #[must_use]
    pub fn allocated_bytes(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// `N`.
    ///
    /// # Examples
    ///
    /// As for [`new`](Self::new).
    #[must_use]
    pub const fn capacity_bytes(&self) -> usize {
        N
    }

    /// Whether a live block of this arena is at `block`: whether its address is one of the bytes'.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::ptr::NonNull;
    /// use janus_alloc::{StaticArena, collections::Box};
    ///
    /// static HEAP: StaticArena<4096> = StaticArena::new();
    /// let inside = Box::new_in(1, &HEAP);
    /// assert!(HEAP.owns(NonNull::from(&*inside).cast()) && !HEAP.owns(NonNull::from(&1).cast()));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        self.offset(block) < N
    }

    /// Frees every block. Only for an arena that is not shared, so not for one in a static.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{StaticArena, collections::Box};
    ///
    /// let mut local = Box::new(StaticArena::<4096>::new());
    /// Box::leak(Box::new_in(1_u32, &*local));
    /// assert_eq!(local.allocated_bytes(), 4);
    /// local.reset();
    /// assert_eq!(local.allocated_bytes(), 0);
    /// ```
    pub fn reset(&mut self) {
        *self.used.get_mut() = 0;
    }

    fn start(&self) -> NonNull<u8> {
        // Not null: it is inside of `self`.
        NonNull::from(&self.bytes).cast()
    }

    /// Where a block starts, counted from the first byte.
    fn offset(&self, block: NonNull<u8>) -> usize {
        block.addr().get().wrapping_sub(self.start().addr().get())
    }

    /// Changes `used` from where a block of `old` bytes ends to where one of `new` bytes would, if the block is the last and
    /// there is room. Returns the block then, good for all of the bytes.
    fn resize_last(&self, block: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        let start = self.offset(block);
        let (old_end, new_end) = (start.wrapping_add(old), start.wrapping_add(new));
        // The block may be a dangling one, of size 0, from anywhere.
        if start > N || new > N - start {
            return None;
        }
        // Release what was done in the bytes that are given up; acquire what was done in those that are gained.
        self.used.compare_exchange(old_end, new_end, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        // SAFETY: the block is in the bytes, or at their end.
        Some(unsafe { self.start().byte_add(start) })
    }
}

impl<const N: usize> Default for StaticArena<N> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: blocks are disjoint parts of the bytes, which stay where they are while the arena is borrowed. A block is free again
// when it was the last, or after a reset, for which nothing may borrow the arena.
unsafe impl<const N: usize> Allocator for &StaticArena<N> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let start = self.start();
        let base = start.addr().get();
        let fit = |used| bump::up(base + used, base + N, layout.size(), layout.align(), 1);
        // Acquire what was done in bytes that were given back.
        let taken =
            self.used.fetch_update(Ordering::Acquire, Ordering::Relaxed, |used| fit(used).map(|fit| fit.next - base));
        let Some(Fit { start: block, .. }) = taken.ok().and_then(fit) else {
            return if layout.size() == 0 { Ok(dangling(layout)) } else { Err(AllocError) };
        };
        // SAFETY: a fit lies within the bytes.
        let block = unsafe { start.byte_add(block - base) };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.resize_last(block, layout.size(), 0);
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
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
        if old.align() == new.align() {
            self.resize_last(block, old.size(), new.size());
            return Ok(NonNull::slice_from_raw_parts(block, new.size()));
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, new.size()) }
    }
}

// SAFETY: copies of the reference are the same arena.
unsafe impl<const N: usize> AllocatorClone for &StaticArena<N> {}

// SAFETY: it has all its memory inside.
unsafe impl<const N: usize> GlobalAllocator for &'static StaticArena<N> {}

// SAFETY: a block lies in the bytes, which are the arena's alone.
unsafe impl<const N: usize> Owns for &StaticArena<N> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        StaticArena::owns(self, block)
    }
}

impl<const N: usize> Reset for StaticArena<N> {
    fn reset(&mut self) {
        self.reset();
    }
}

impl<const N: usize> fmt::Debug for StaticArena<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticArena")
            .field("allocated_bytes", &self.allocated_bytes())
            .field("capacity_bytes", &self.capacity_bytes())
            .finish_non_exhaustive()
    }
}
