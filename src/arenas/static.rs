use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::bump::{self, Fit};
use crate::api::global_calls::dangling;
use crate::api::move_block::{grow_and_zero, replace};
use crate::api::{AllocError, Allocator, AllocatorClone, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset};
use crate::sync::{AtomicUsize, Ordering};

/// A bump allocator with `N` bytes inside itself, in a static: a heap for programs without one.
///
/// * **As the default**: `#[global_allocator] static DEFAULT: AsGlobal<&StaticArena<N>> = AsGlobal::new(&HEAP)`. It works
///   without std, without an operating system and without `alloc`.
/// * **Collections** take `&HEAP`. Only the reference implements the trait, because moving the value would move its blocks.
/// * **Cost**: one compare-and-swap for an allocation, and to free, grow or shrink the last block. Freeing any other block does
///   nothing.
/// * **Memory**: exactly `N` bytes and one word; sizes are not rounded up. In a static the bytes lie in `.bss`, so a page takes no
///   memory until it is used. **Size 0** uses no byte.
/// * **Threads**: `Sync`, without a lock. Requires a target with atomic compare-and-swap.
/// * **Errors**: an allocation fails if the bytes left are not enough.
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
    // # Invariants
    //
    // 1. Live blocks with bytes are disjoint and lie in the first `used` bytes, and `used` is at most `N`.
    // 2. The arena itself never reads or writes `bytes`.
    bytes: UnsafeCell<MaybeUninit<[u8; N]>>,
    used: AtomicUsize,
}

// SAFETY: by the invariants the bytes are only handed out, in disjoint blocks. `used` is atomic: freeing a block releases its bytes,
// and the next allocation of them acquires.
unsafe impl<const N: usize> Sync for StaticArena<N> {}

impl<const N: usize> StaticArena<N> {
    /// Creates an arena of `N` bytes.
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

    /// Returns the number of bytes allocated, including padding for alignment and freed blocks that were not the last one.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{StaticArena, collections::Box};
    ///
    /// static HEAP: StaticArena<4096> = StaticArena::new();
    /// let boxed = Box::new_in([0_u8; 100], &HEAP);
    /// assert_eq!(HEAP.allocated_bytes(), 100);
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub fn allocated_bytes(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Returns `N`.
    ///
    /// # Examples
    ///
    /// ```
    /// static HEAP: janus_alloc::StaticArena<4096> = janus_alloc::StaticArena::new();
    /// assert_eq!(HEAP.capacity_bytes(), 4096);
    /// ```
    #[must_use]
    pub const fn capacity_bytes(&self) -> usize {
        N
    }

    /// Returns whether this arena allocated the live block at `block`, by comparing its address with those of the bytes.
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

    /// Frees every block. An arena in a static is shared, so it cannot be reset.
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
        NonNull::from(&self.bytes).cast()
    }

    /// Returns the offset of a block from the first byte. It wraps if the block is elsewhere.
    fn offset(&self, block: NonNull<u8>) -> usize {
        block.addr().get().wrapping_sub(self.start().addr().get())
    }

    /// Resizes a block in place from `old` to `new` bytes, if it is the last one and there is room. Returns it then, with the provenance
    /// of all bytes.
    fn resize_last(&self, block: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        let start = self.offset(block);
        let (old_end, new_end) = (start.wrapping_add(old), start.wrapping_add(new));
        // A block of size 0 may have any address.
        if start > N || new > N - start {
            return None;
        }
        // Release for accesses to the bytes that the block loses, acquire for those to the bytes that it gains.
        self.used.compare_exchange(old_end, new_end, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        // SAFETY: `start` is at most `N`.
        Some(unsafe { self.start().byte_add(start) })
    }
}

impl<const N: usize> Default for StaticArena<N> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: by invariant 1 blocks are disjoint parts of the bytes, which stay in place while the arena is borrowed. Blocks stay valid
// until they are freed or the arena is reset, which needs an arena that is not borrowed.
unsafe impl<const N: usize> Allocator for &StaticArena<N> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let start = self.start();
        let base = start.addr().get();
        let fit = |used| bump::find_fit(base + used, base + N, layout.size(), layout.align(), 1);
        // Acquire for accesses to bytes that were freed.
        let taken =
            self.used.fetch_update(Ordering::Acquire, Ordering::Relaxed, |used| fit(used).map(|fit| fit.next - base));
        let Some(Fit { start: block, .. }) = taken.ok().and_then(fit) else {
            return if layout.size() == 0 { Ok(dangling(layout)) } else { Err(AllocError) };
        };
        // SAFETY: a fit lies between `base + used` and `base + N`.
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

// SAFETY: copies of the reference refer to the same arena.
unsafe impl<const N: usize> AllocatorClone for &StaticArena<N> {}

// SAFETY: all its memory is inside itself, so it calls no other allocator; a static does not move.
unsafe impl<const N: usize> GlobalAllocator for &'static StaticArena<N> {}
// SAFETY: as above; the arena does not move while it is borrowed.
unsafe impl<const N: usize> IndependentAllocator for &StaticArena<N> {}

// SAFETY: the arena's blocks lie in its bytes, and blocks of allocators that take no memory from it do not.
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
