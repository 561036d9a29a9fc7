//! A building block that raises the alignment of all memory blocks.

use core::ptr::NonNull;

use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::move_block::{replace, transfer};
use crate::api::shorten::at_most;
use crate::api::{
    AllocError, Allocator, AllocatorClone, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset,
    StaticAllocator, WholePages,
};

/// Aligns every block to at least `N` bytes, for example to cache lines, SIMD vectors or pages.
///
/// `N` is a power of two; any other value is a compile error.
///
/// * **Cost per call**: a comparison of the align with `N`, which the compiler almost always decides, because collections know
///   their align. A layout of at least that align costs nothing.
/// * **Memory**: the parent's cost of a larger align. Two blocks of an `Aligned<64, _>` never share a cache line of 64 bytes. But
///   a block that is requested from the parent directly may share a line with one of them.
/// * **Growth and shrinking** are the parent's. Where the align changes and either align is less than `N`, the block moves.
/// * **`deallocate`** passes the block on under the raised align. **Size 0** with an align of less than `N` is a dangling pointer
///   aligned to `N`, and does not reach the parent.
/// * **Errors**: the parent's, and an align above what it supports.
/// * **Threads**, clones, [`Owns`], [`Reset`] and the promises: those of `A`. There is no
///   [`UsableSize`](crate::api::UsableSize), because the parent's answer may have an align below `N`; put the pool on top:
///   `SharedPool<Aligned<N, Pages>>`.
///
/// Free a block through an `Aligned` of the same `N`, because the parent expects the raised align.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Aligned, Global, collections::Vec};
///
/// /// Samples for SIMD loads of 32 bytes.
/// let samples = Vec::<f32, _>::with_capacity_in(100, Aligned::<32, _>::new(Global));
/// assert_eq!(samples.as_ptr().addr() % 32, 0);
/// ```
#[derive(Debug)]
pub struct Aligned<const N: usize, A> {
    parent: A,
}

impl<const N: usize, A> Aligned<N, A> {
    /// The largest size of a block aligned to `N`: rounded up to `N`, a size must still be at most `isize::MAX`.
    const MAX_SIZE: usize = isize::MAX as usize - (N - 1);

    /// Creates an `Aligned` over `parent`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Aligned, AsGlobal, System};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Aligned<64, System>> = AsGlobal::new(Aligned::new(System));
    ///
    /// assert_eq!(Box::new(1_u8).as_ref() as *const u8 as usize % 64, 0);
    /// ```
    ///
    /// ```compile_fail,E0080
    /// janus_alloc::Aligned::<48, _>::new(janus_alloc::System);
    /// ```
    #[must_use]
    pub const fn new(parent: A) -> Self {
        const { assert!(N.is_power_of_two(), "`N` of an `Aligned<N, A>` must be a power of two") };
        Self { parent }
    }

    /// Returns the allocator that serves the requests.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Aligned, System};
    ///
    /// let aligned = Aligned::<64, _>::new(System);
    /// let _: &System = aligned.parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Returns whether `layout` has an align of at least `N`, so that requests of it are passed on unchanged.
    #[inline(always)]
    const fn is_aligned(layout: Layout) -> bool {
        layout.align() >= N
    }

    /// Returns `layout` with the align `N`.
    #[inline(always)]
    const fn raise(layout: Layout) -> Result<Layout, AllocError> {
        if layout.size() > Self::MAX_SIZE {
            return Err(AllocError);
        }
        // SAFETY: the size was just checked to be at most `MAX_SIZE`.
        Ok(unsafe { Self::raise_unchecked(layout) })
    }

    /// Returns `layout` with the align `N`.
    ///
    /// # Safety
    ///
    /// The size is at most [`MAX_SIZE`](Self::MAX_SIZE).
    #[inline(always)]
    const unsafe fn raise_unchecked(layout: Layout) -> Layout {
        debug_assert!(layout.size() <= Self::MAX_SIZE);
        // SAFETY: `N` is a power of two, as `new` asserts. The size, rounded up to it, is at most `isize::MAX`.
        unsafe { Layout::from_size_align_unchecked(layout.size(), N) }
    }
}

impl<const N: usize, A: Allocator> Aligned<N, A> {
    /// Allocates a block of a layout with an align of less than `N`.
    #[inline]
    fn allocate_raised(&self, layout: Layout, contents: Contents) -> Result<NonNull<[u8]>, AllocError> {
        let raised = Self::raise(layout)?;
        if raised.size() == 0 {
            return Ok(dangling(raised));
        }
        contents.allocate(&self.parent, raised).map(|block| at_most(Self::MAX_SIZE, block))
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
        if Self::is_aligned(old) && Self::is_aligned(new) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { contents.grow(&self.parent, block, old, new) };
        }
        if old.align() != new.align() {
            // SAFETY: by `# Safety` of this fn; the new size is no less.
            return unsafe { transfer(self, self, block, old, new, old.size(), contents) };
        }
        if old.size() == 0 {
            return self.allocate_raised(new, contents);
        }
        let raised = Self::raise(new)?;
        // SAFETY: a block that `old` fits is no longer than `MAX_SIZE`.
        let old = unsafe { Self::raise_unchecked(old) };
        // SAFETY: by `# Safety` of this fn; the parent's block has the align `N`, and so has the new layout.
        unsafe { contents.grow(&self.parent, block, old, raised) }.map(|block| at_most(Self::MAX_SIZE, block))
    }
}

// SAFETY: a block of a layout with an align of `N` or more is the parent's. A block of any other layout is the parent's block with the
// align `N`; it is at most `MAX_SIZE` bytes long, so a size that fits it also makes a layout with that align. The align that a block
// is freed with is the one that it was requested with, so the choice is the same. Size 0 below the align `N` never reaches the
// parent; a pointer of that align could be too little aligned for it.
unsafe impl<const N: usize, A: Allocator> Allocator for Aligned<N, A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if Self::is_aligned(layout) {
            self.parent.allocate(layout)
        } else {
            self.allocate_raised(layout, Contents::Uninit)
        }
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if Self::is_aligned(layout) {
            self.parent.allocate_zeroed(layout)
        } else {
            self.allocate_raised(layout, Contents::Zeroed)
        }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if Self::is_aligned(layout) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.parent.deallocate(block, layout) };
        } else if layout.size() != 0 {
            // SAFETY: a block that `layout` fits is no longer than `MAX_SIZE`.
            let raised = unsafe { Self::raise_unchecked(layout) };
            // SAFETY: by `# Safety` of this fn; the parent's block has the align `N`.
            unsafe { self.parent.deallocate(block, raised) };
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
        if Self::is_aligned(old) && Self::is_aligned(new) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.parent.shrink(block, old, new) };
        }
        if old.align() != new.align() || new.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { replace(self, block, old, new, new.size()) };
        }
        // SAFETY: a block that `old` fits is no longer than `MAX_SIZE`.
        let old = unsafe { Self::raise_unchecked(old) };
        // SAFETY: the size is no more than the old one.
        let raised = unsafe { Self::raise_unchecked(new) };
        // SAFETY: by `# Safety` of this fn; the parent's block has the align `N`, and so has the new layout.
        unsafe { self.parent.shrink(block, old, raised) }.map(|block| at_most(Self::MAX_SIZE, block))
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<const N: usize, A: StaticAllocator> StaticAllocator for Aligned<N, A> {}
// SAFETY: it calls only the parent, a `GlobalAllocator`, and no address of its own matters.
unsafe impl<const N: usize, A: GlobalAllocator> GlobalAllocator for Aligned<N, A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<const N: usize, A: IndependentAllocator> IndependentAllocator for Aligned<N, A> {}
// SAFETY: blocks are the parent's, and only their lengths may change.
unsafe impl<const N: usize, A: WholePages> WholePages for Aligned<N, A> {}
impl<const N: usize, A: CallsMalloc> CallsMalloc for Aligned<N, A> {}

// SAFETY: blocks are the parent's, which answers whatever the align.
unsafe impl<const N: usize, A: Owns> Owns for Aligned<N, A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}

impl<const N: usize, A: Reset> Reset for Aligned<N, A> {
    fn reset(&mut self) {
        self.parent.reset();
    }
}

impl<const N: usize, A: Default> Default for Aligned<N, A> {
    fn default() -> Self {
        Self::new(A::default())
    }
}

impl<const N: usize, A: AllocatorClone> Clone for Aligned<N, A> {
    fn clone(&self) -> Self {
        Self { parent: self.parent.clone() }
    }
}

impl<const N: usize, A: AllocatorClone + Copy> Copy for Aligned<N, A> {}

// SAFETY: clones of the parent are interchangeable, and clones of the whole raise to the same `N`.
unsafe impl<const N: usize, A: AllocatorClone> AllocatorClone for Aligned<N, A> {}
