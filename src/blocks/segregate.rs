//! A building block that chooses between two allocators by the size of a request.

use core::ptr::NonNull;

use crate::api::contents::Contents;
use crate::api::move_block::transfer;
use crate::api::shorten::at_most;
use crate::api::{
    AllocError, Allocator, AllocatorClone, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset,
    StaticAllocator, WholePages,
};

/// Passes requests of up to `MAX` bytes to `S`, and larger ones to `L`. Nest it to choose among more than two allocators.
///
/// * **Cost per call**: one comparison with a constant, and none where the compiler knows the layout. **Memory**: none.
/// * **Growth** across `MAX` allocates a block of `L`, copies the bytes and frees the block of `S`; a shrink across `MAX` does the
///   reverse. All other calls are passed to the part that has the block, so a part that grows in place still does.
/// * **Blocks** of `S` are at most `MAX` bytes long, even if `S` returns more, because the size of a block tells which part
///   frees it. Blocks of `L` are as long as `L` returns.
/// * **`deallocate`** passes the block to the part that allocated it. **Size 0** is passed to `S`.
/// * **Errors**: an error of the part that a request belongs to. A shrink across `MAX` fails if `S` has no room, and
///   `shrink_to_fit` of a collection then ends the process. Where `S` may be exhausted, put a [`Fallback`](super::Fallback) there:
///   `Segregate<256, Fallback<FixedArena, Pages>, Pages>`.
/// * **Threads**, clones, [`Owns`], [`Reset`] and the promises: if both parts have them. There is no
///   [`UsableSize`](crate::api::UsableSize), because a bare pointer does not tell the part.
///
/// The name and the idea are those of D's `Segregator`.
///
/// # Examples
///
/// Small blocks in a pool, large ones as whole pages:
///
/// ```
/// use janus_alloc::{Pages, Pool, Segregate, Stats, collections::Vec};
///
/// let by_size = Segregate::<4096, _, _>::new(Pool::new(), Stats::new(Pages::new()));
/// let mut bytes = Vec::with_capacity_in(4096, &by_size);
/// assert_eq!(by_size.large().snapshot().live_blocks(), 0);
///
/// bytes.extend([7_u8; 4097]);
/// assert_eq!(by_size.large().snapshot().live_blocks(), 1);
/// ```
///
/// A ladder of three:
///
/// ```
/// use janus_alloc::{BlockPool, Pages, Pool, Segregate, System, collections::Box};
///
/// type Ladder = Segregate<64, BlockPool<System>, Segregate<4096, Pool<System>, Pages>>;
///
/// let ladder: Ladder = Segregate::new(
///     BlockPool::for_type_in::<[u64; 8]>(System),
///     Segregate::new(Pool::new_in(System), Pages::new()),
/// );
/// let (small, middle, large) = (Box::new_in([1_u64; 8], &ladder), Box::new_in([2_u64; 99], &ladder), Box::new_in([3_u64; 999], &ladder));
/// assert_eq!(small.iter().chain(&*middle).chain(&*large).sum::<u64>(), 8 + 2 * 99 + 3 * 999);
/// ```
#[derive(Debug, Default)]
pub struct Segregate<const MAX: usize, S, L> {
    small: S,
    large: L,
}

impl<const MAX: usize, S, L> Segregate<MAX, S, L> {
    /// Creates a `Segregate` over an allocator for up to `MAX` bytes and one for more.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Pages, Segregate, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Segregate<{ 1 << 20 }, SharedPool, Pages>> =
    ///     AsGlobal::new(Segregate::new(SharedPool::new(), Pages::new()));
    /// # assert_eq!(vec![1_u8; 2 << 20].len(), 2 << 20);
    /// ```
    #[must_use]
    pub const fn new(small: S, large: L) -> Self {
        Self { small, large }
    }

    /// Returns the allocator of blocks of up to `MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, Segregate, System, collections::Box};
    ///
    /// let by_size = Segregate::<64, _, _>::new(Pool::new(), System);
    /// let boxed = Box::new_in(7_u64, &by_size);
    /// assert!(by_size.small().owns(std::ptr::NonNull::from(&*boxed).cast()));
    /// ```
    #[inline]
    pub const fn small(&self) -> &S {
        &self.small
    }

    /// Returns the allocator of blocks of more than `MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, Segregate, System};
    ///
    /// let by_size = Segregate::<64, _, _>::new(Pool::new(), System);
    /// let _: &System = by_size.large();
    /// ```
    #[inline]
    pub const fn large(&self) -> &L {
        &self.large
    }

    /// Returns whether a block of `layout` belongs to `S`.
    #[inline(always)]
    const fn is_small(layout: Layout) -> bool {
        layout.size() <= MAX
    }
}

impl<const MAX: usize, S: Allocator, L: Allocator> Segregate<MAX, S, L> {
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
        if Self::is_small(new) {
            // SAFETY: by `# Safety` of this fn; the old size is no more, so it is a block of `S`.
            unsafe { contents.grow(&self.small, block, old, new) }.map(|block| at_most(MAX, block))
        } else if !Self::is_small(old) {
            // SAFETY: by `# Safety` of this fn; a block of a layout that is not small is one of `L`.
            unsafe { contents.grow(&self.large, block, old, new) }
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.move_to_large(block, old, new, contents) }
        }
    }

    /// Moves a block from `S` to `L`, because it grows.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`]; only `old` is small.
    #[inline(never)]
    unsafe fn move_to_large(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: a block of a small layout is a live block of `S`; the new size is no less than the old one.
        unsafe { transfer(&self.small, &self.large, block, old, new, old.size(), contents) }
    }

    /// Moves a block from `L` to `S`, because it shrinks.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::shrink`]; only `new` is small.
    #[inline(never)]
    unsafe fn move_to_small(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: a block of a layout that is not small is a live block of `L`; the new size is no more than the old one.
        let moved = unsafe { transfer(&self.large, &self.small, block, old, new, new.size(), Contents::Uninit) }?;
        Ok(at_most(MAX, moved))
    }
}

// SAFETY: each block is one of `S` or of `L`. A block of `S` was requested with at most `MAX` bytes and is at most `MAX` bytes long,
// a block of `L` was requested with more; so every size that fits a block (rule 3) leads to the part that it is from. Moving
// the value moves only the parts, which may move.
unsafe impl<const MAX: usize, S: Allocator, L: Allocator> Allocator for Segregate<MAX, S, L> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if Self::is_small(layout) {
            self.small.allocate(layout).map(|block| at_most(MAX, block))
        } else {
            self.large.allocate(layout)
        }
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if Self::is_small(layout) {
            self.small.allocate_zeroed(layout).map(|block| at_most(MAX, block))
        } else {
            self.large.allocate_zeroed(layout)
        }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if Self::is_small(layout) {
            // SAFETY: by `# Safety` of this fn; a block of a small layout is one of `S`.
            unsafe { self.small.deallocate(block, layout) };
        } else {
            // SAFETY: by `# Safety` of this fn; a block of a layout that is not small is one of `L`.
            unsafe { self.large.deallocate(block, layout) };
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
        if Self::is_small(old) {
            // SAFETY: by `# Safety` of this fn; a block of a small layout is one of `S`.
            unsafe { self.small.shrink(block, old, new) }.map(|block| at_most(MAX, block))
        } else if !Self::is_small(new) {
            // SAFETY: by `# Safety` of this fn; a block of a layout that is not small is one of `L`.
            unsafe { self.large.shrink(block, old, new) }
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.move_to_small(block, old, new) }
        }
    }
}

// SAFETY: blocks are the parts', which are `StaticAllocator`s.
unsafe impl<const MAX: usize, S: StaticAllocator, L: StaticAllocator> StaticAllocator for Segregate<MAX, S, L> {}
// SAFETY: it calls only the parts, which are `GlobalAllocator`s, and no address of its own matters.
unsafe impl<const MAX: usize, S: GlobalAllocator, L: GlobalAllocator> GlobalAllocator for Segregate<MAX, S, L> {}
// SAFETY: as above, for parts that are `IndependentAllocator`s.
unsafe impl<const MAX: usize, S: IndependentAllocator, L: IndependentAllocator> IndependentAllocator
    for Segregate<MAX, S, L>
{
}
// SAFETY: blocks are the parts', and only lengths are changed.
unsafe impl<const MAX: usize, S: WholePages, L: WholePages> WholePages for Segregate<MAX, S, L> {}
// The rarer case, that only `S` calls `malloc`, would need an overlapping impl.
impl<const MAX: usize, S, L: CallsMalloc> CallsMalloc for Segregate<MAX, S, L> {}

// SAFETY: each block is one of a part, which answers. The memory of the whole is that of the parts. Both are asked, whatever the size, so
// that the answer for other allocators' blocks does not change with it, either.
unsafe impl<const MAX: usize, S: Owns, L: Owns> Owns for Segregate<MAX, S, L> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.small.owns(block, layout) || self.large.owns(block, layout)
    }
}

impl<const MAX: usize, S: Reset, L: Reset> Reset for Segregate<MAX, S, L> {
    fn reset(&mut self) {
        self.small.reset();
        self.large.reset();
    }
}

impl<const MAX: usize, S: AllocatorClone, L: AllocatorClone> Clone for Segregate<MAX, S, L> {
    fn clone(&self) -> Self {
        Self { small: self.small.clone(), large: self.large.clone() }
    }
}

impl<const MAX: usize, S: AllocatorClone + Copy, L: AllocatorClone + Copy> Copy for Segregate<MAX, S, L> {}

// SAFETY: clones of the parts are interchangeable, and clones of the whole choose by the same `MAX`.
unsafe impl<const MAX: usize, S: AllocatorClone, L: AllocatorClone> AllocatorClone for Segregate<MAX, S, L> {}
