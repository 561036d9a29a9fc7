//! A building block that asks a second allocator where a first one fails.

use core::ptr::NonNull;

use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::move_block::{copy_and_free, transfer};
use crate::api::{
    AllocError, Allocator, AllocatorClone, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset,
    StaticAllocator, WholePages,
};

/// Allocates from `P`, and from `S` where `P` fails. Each block goes back to the allocator that it came from.
///
/// * **Cost per call**: none to allocate from `P`. To free or resize, one call of [`owns`](Owns::owns) of `P`: two comparisons for a
///   [`FixedArena`](crate::FixedArena), linear in the number of chunks for an [`Arena`](crate::Arena) or a [`Pool`](crate::Pool). To
///   allocate from `S`, the failed request of `P` and a call of `owns`. **Memory**: none.
/// * **Growth and shrinking** are tried in the allocator that has the block. If that fails, the block moves to the other one.
///   Otherwise a block stays where it is: one of `S` does not return to `P` when `P` has room again.
/// * **Blocks** are as long as the part returns. **Size 0**: `P` is asked, and if it fails, the block is dangling. At size 0
///   `deallocate` does nothing.
/// * **Errors**: a request fails if both parts fail.
/// * **Threads**, clones, [`Owns`], [`Reset`] and the promises: if both parts have them. There is no
///   [`UsableSize`](crate::api::UsableSize), because `owns` needs a layout.
///
/// `S` must not take memory from `P`, as in `Fallback::new(&pool, Arena::new_in(&pool))`: a block of `S` would lie in the memory of
/// `P`, and `owns` could not tell whose it is. A `Fallback` detects that and refuses such a block, so the request fails. If `S` moves an
/// existing block there as it resizes it, there is no way back, and the process ends with a message. The other direction is fine:
/// `P` may take its memory from `S`, in whole chunks that `S` does not hand out twice.
///
/// The name and the idea are those of D's `FallbackAllocator`.
///
/// # Examples
///
/// A buffer on the stack, then the heap. (See [`StackFirst`](super::StackFirst) for both in one value.)
///
/// ```
/// use core::mem::MaybeUninit;
/// use janus_alloc::{Fallback, FixedArena, Stats, System, collections::Vec};
///
/// let mut bytes = [MaybeUninit::uninit(); 1024];
/// let allocator = Fallback::new(FixedArena::new(&mut bytes), Stats::new(System));
///
/// let mut numbers = Vec::new_in(&allocator);
/// numbers.extend(0..100_u32);
/// assert_eq!(allocator.secondary().snapshot().allocations, 0);
///
/// numbers.extend(100..1000);
/// assert_eq!(allocator.secondary().snapshot().live_blocks(), 1);
/// assert!(numbers.iter().copied().eq(0..1000));
/// ```
#[derive(Debug, Default)]
pub struct Fallback<P, S> {
    // # Invariants
    //
    // 1. Each block with bytes is one of `primary` or of `secondary`.
    // 2. `primary` owns a block, by its `owns`, if and only if the block is one of `primary`. (By (3) of `Owns` that does not
    //    change while the block is live.)
    primary: P,
    secondary: S,
}

impl<P, S> Fallback<P, S> {
    /// Creates a `Fallback` that asks `primary` first.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Fallback, StaticArena, System};
    ///
    /// static HEAP: StaticArena<{ 64 << 10 }> = StaticArena::new();
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Fallback<&StaticArena<{ 64 << 10 }>, System>> =
    ///     AsGlobal::new(Fallback::new(&HEAP, System));
    ///
    /// let large = vec![1_u8; 100 << 10];
    /// let small = vec![1_u8; 100];
    /// assert!(HEAP.owns(std::ptr::NonNull::from(&small[0])) && !HEAP.owns(std::ptr::NonNull::from(&large[0])));
    /// ```
    ///
    /// The first allocator has to know its blocks:
    ///
    /// ```compile_fail,E0277
    /// use janus_alloc::{Arena, Fallback, System};
    ///
    /// Fallback::new(System, Arena::new()); // `Fallback::new(Arena::new(), System)` compiles
    /// ```
    #[must_use]
    pub const fn new(primary: P, secondary: S) -> Self
    where
        P: Owns,
    {
        Self { primary, secondary }
    }

    /// Returns the allocator that is asked first.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Fallback, Null, Pool};
    ///
    /// let _: &Null = Fallback::new(Null, Pool::new()).primary();
    /// ```
    #[inline]
    pub const fn primary(&self) -> &P {
        &self.primary
    }

    /// Returns the allocator that is asked where the first one fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Fallback, Null, Pool};
    ///
    /// let _: &Pool = Fallback::new(Null, Pool::new()).secondary();
    /// ```
    #[inline]
    pub const fn secondary(&self) -> &S {
        &self.secondary
    }
}

/// Ends the process: a resized block of the secondary allocator lies in memory of the primary one.
#[cold]
fn secondary_is_in_primary() -> ! {
    const MESSAGE: &str = "janus-alloc: Fallback: the secondary allocator moved a block into memory of the primary one, on which it must not depend\n";
    #[cfg(os_memory)]
    crate::sync::fatal::abort_with(MESSAGE.as_bytes());
    #[cfg(not(os_memory))]
    {
        // A panic that would leave an `extern "C"` function aborts the process.
        extern "C" fn end() -> ! {
            panic!("{MESSAGE}");
        }
        end()
    }
}

impl<P: Owns, S: Allocator> Fallback<P, S> {
    /// Allocates from `S`, because `P` has failed.
    #[inline(never)]
    fn allocate_secondary(&self, layout: Layout, contents: Contents) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Ok(dangling(layout));
        }
        let block = contents.allocate(&self.secondary, layout)?;
        if self.primary.owns(block.cast(), layout) {
            // The block would break invariant 2.
            // SAFETY: `S` allocated the block with that layout just now.
            unsafe { self.secondary.deallocate(block.cast(), layout) };
            return Err(AllocError);
        }
        Ok(block)
    }

    /// Grows a block, whose added bytes have these contents.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[inline]
    unsafe fn grow_with(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old.size() == 0 {
            return contents.allocate(self, new);
        }
        if self.primary.owns(block, old) {
            // SAFETY: by `# Safety` of this fn; it is a block of `P` by invariant 2.
            match unsafe { contents.grow(&self.primary, block, old, new) } {
                Ok(grown) => Ok(grown),
                // SAFETY: it is still a live block of `P`; the new size is no less.
                Err(AllocError) => unsafe { self.move_to_secondary(block, old, new, old.size(), contents) },
            }
        } else {
            // SAFETY: by `# Safety` of this fn; it is a block of `S` by the invariants.
            let grown = unsafe { contents.grow(&self.secondary, block, old, new) };
            // SAFETY: the result of `S`; the new size is no less.
            unsafe { self.finish_in_secondary(grown, block, old, new, old.size(), contents) }
        }
    }

    /// Moves a block from `P` to `S`, because `P` cannot resize it.
    ///
    /// # Safety
    ///
    /// 1. `block` is a live block of `P` that `old` fits, and is not used again if this returns `Ok`.
    /// 2. `length` is at most `old.size()` and at most `new.size()`.
    #[inline(never)]
    unsafe fn move_to_secondary(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        length: usize,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let moved = self.allocate_secondary(new, contents)?;
        // SAFETY: by (1) of this fn, and by (2) both blocks have at least `length` bytes. They are disjoint, since both are live.
        unsafe { copy_and_free(&self.primary, block, old, moved, length) };
        Ok(moved)
    }

    /// Returns a block that `S` has resized to `new`. If `S` failed, moves the block to `P`.
    ///
    /// # Safety
    ///
    /// 1. `resized` is the result of a resize of `block` by `S`. If it is an `Err`, `block` is a live block of `S` that `old` fits, and is
    ///    not used again if this returns `Ok`.
    /// 2. `length` is at most `old.size()` and at most `new.size()`.
    #[inline(never)]
    unsafe fn finish_in_secondary(
        &self,
        resized: Result<NonNull<[u8]>, AllocError>,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        length: usize,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match resized {
            Ok(resized) if self.primary.owns(resized.cast(), new) => secondary_is_in_primary(),
            Ok(resized) => Ok(resized),
            // SAFETY: by (1) and (2) of this fn.
            Err(AllocError) => unsafe { transfer(&self.secondary, &self.primary, block, old, new, length, contents) },
        }
    }
}

// SAFETY: by the invariants each block is one of `P` or `S`, and `owns` tells which; so every call about a block reaches the allocator
// that it is from, with a layout that fits it. `allocate_secondary` and `finish_in_secondary` keep invariant 2; for blocks of `P` it is
// (1) of `Owns`. Size 0 is neither part's to free. Moving the value moves only the parts, which may move.
unsafe impl<P: Owns, S: Allocator> Allocator for Fallback<P, S> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.primary.allocate(layout) {
            Ok(block) => Ok(block),
            Err(AllocError) => self.allocate_secondary(layout, Contents::Uninit),
        }
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.primary.allocate_zeroed(layout) {
            Ok(block) => Ok(block),
            Err(AllocError) => self.allocate_secondary(layout, Contents::Zeroed),
        }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        if self.primary.owns(block, layout) {
            // SAFETY: by `# Safety` of this fn; it is a block of `P` by invariant 2.
            unsafe { self.primary.deallocate(block, layout) };
        } else {
            // SAFETY: by `# Safety` of this fn; it is a block of `S` by the invariants.
            unsafe { self.secondary.deallocate(block, layout) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_with(block, old, new, Contents::Uninit) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_with(block, old, new, Contents::Zeroed) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if new.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.deallocate(block, old) };
            return Ok(dangling(new));
        }
        if self.primary.owns(block, old) {
            // SAFETY: by `# Safety` of this fn; it is a block of `P` by invariant 2.
            match unsafe { self.primary.shrink(block, old, new) } {
                Ok(shrunk) => Ok(shrunk),
                // SAFETY: it is still a live block of `P`; the new size is no more.
                Err(AllocError) => unsafe { self.move_to_secondary(block, old, new, new.size(), Contents::Uninit) },
            }
        } else {
            // SAFETY: by `# Safety` of this fn; it is a block of `S` by the invariants.
            let shrunk = unsafe { self.secondary.shrink(block, old, new) };
            // SAFETY: the result of `S`; the new size is no more.
            unsafe { self.finish_in_secondary(shrunk, block, old, new, new.size(), Contents::Uninit) }
        }
    }
}

// SAFETY: blocks are the parts', which are `StaticAllocator`s.
unsafe impl<P: Owns + StaticAllocator, S: StaticAllocator> StaticAllocator for Fallback<P, S> {}
// SAFETY: it calls only the parts, which are `GlobalAllocator`s, and no address of its own matters.
unsafe impl<P: Owns + GlobalAllocator, S: GlobalAllocator> GlobalAllocator for Fallback<P, S> {}
// SAFETY: as above, for parts that are `IndependentAllocator`s.
unsafe impl<P: Owns + IndependentAllocator, S: IndependentAllocator> IndependentAllocator for Fallback<P, S> {}
// SAFETY: blocks are the parts'.
unsafe impl<P: Owns + WholePages, S: WholePages> WholePages for Fallback<P, S> {}
// The rarer case, that only `P` calls `malloc`, would need an overlapping impl.
impl<P, S: CallsMalloc> CallsMalloc for Fallback<P, S> {}

// SAFETY: each block is one of a part, which answers. The memory of the whole is that of the parts.
unsafe impl<P: Owns, S: Owns> Owns for Fallback<P, S> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.primary.owns(block, layout) || self.secondary.owns(block, layout)
    }
}

impl<P: Reset, S: Reset> Reset for Fallback<P, S> {
    fn reset(&mut self) {
        self.primary.reset();
        self.secondary.reset();
    }
}

impl<P: AllocatorClone, S: AllocatorClone> Clone for Fallback<P, S> {
    fn clone(&self) -> Self {
        Self { primary: self.primary.clone(), secondary: self.secondary.clone() }
    }
}

impl<P: AllocatorClone + Copy, S: AllocatorClone + Copy> Copy for Fallback<P, S> {}

// SAFETY: clones of the parts are interchangeable, and a clone of `P` owns the same blocks, by (1) of `Owns`.
unsafe impl<P: Owns + AllocatorClone, S: AllocatorClone> AllocatorClone for Fallback<P, S> {}
