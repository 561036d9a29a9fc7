use core::fmt;
use core::hint::assert_unchecked;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::{self, NonNull};

use crate::api::{
    AllocError, Allocator, AllocatorClone, CallsMalloc, GlobalAlloc, GlobalAllocator, IndependentAllocator, Layout,
    Owns, StaticAllocator, UsableSize, WholePages,
};

/// Turns an [`Allocator`] into a [`GlobalAlloc`], to be registered with `#[global_allocator]`.
///
/// One static is both the default of the process and, by reference, an allocator for single collections.
///
/// * **Cost**: none. The test for size 0 is compiled away, since callers of a `GlobalAlloc` must not request 0 bytes.
/// * **Size**: that of `A`.
/// * **Threads**: `Sync`, because a [`GlobalAllocator`] is.
/// * **`dealloc`** calls `deallocate` of `A` with the caller's layout.
/// * **Recursion**: `A` must be a [`GlobalAllocator`], so a default that would call the default does not compile.
/// * **Drop**: `AsGlobal` never drops its allocator and never lends it as `&mut`, as if it were in a static. So
///   `&AsGlobal<A>` is a [`StaticAllocator`] for every `A`, and pinning in it is sound. A local `AsGlobal` leaks what
///   its allocator holds.
///
/// It dereferences to `A`: `DEFAULT.snapshot()` is `Stats::snapshot`.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, SharedPool, Stats, collections::Vec};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Stats<SharedPool>> = AsGlobal::new(Stats::new(SharedPool::new()));
///
/// let by_default = std::vec![1, 2, 3]; // face one: the process
/// let mut by_hand = Vec::new_in(&DEFAULT); // face two: a collection
/// by_hand.extend([4, 5, 6]);
///
/// assert!(DEFAULT.snapshot().allocations >= 2);
/// # drop(by_default);
/// ```
#[repr(transparent)]
pub struct AsGlobal<A> {
    allocator: ManuallyDrop<A>,
    /// Makes the type invariant in `A`, as rule (2) of [`StaticAllocator`] demands: no coercion shortens a lifetime in
    /// it.
    invariant: PhantomData<fn(A) -> A>,
}

impl<A: GlobalAllocator> AsGlobal<A> {
    /// Wraps `allocator`, and never drops it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Malloc};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Malloc> = AsGlobal::new(Malloc);
    /// # let _ = Box::new(1);
    /// ```
    #[must_use]
    pub const fn new(allocator: A) -> Self {
        Self { allocator: ManuallyDrop::new(allocator), invariant: PhantomData }
    }
}

/// Dereferences to the wrapped allocator.
impl<A> Deref for AsGlobal<A> {
    type Target = A;

    #[inline]
    fn deref(&self) -> &A {
        &self.allocator
    }
}

impl<A: fmt::Debug> fmt::Debug for AsGlobal<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsGlobal").field(&**self).finish()
    }
}

/// Returns the start of a block, or null. The length is not needed: the caller frees with the size it requested, which
/// fits.
#[inline]
fn to_pointer(block: Result<NonNull<[u8]>, AllocError>) -> *mut u8 {
    block.map_or(ptr::null_mut(), |block| block.as_ptr().cast())
}

// SAFETY: blocks come from an `Allocator`, whose contract implies this one: the requested size fits a block, and by
// `GlobalAllocator` no method unwinds or reaches the default. An error becomes null.
unsafe impl<A: GlobalAllocator> GlobalAlloc for AsGlobal<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller of `alloc` promises a size other than 0.
        unsafe { assert_unchecked(layout.size() != 0) };
        to_pointer(self.allocator.allocate(layout))
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises the layout of the allocation, whose size is not 0.
        unsafe { assert_unchecked(layout.size() != 0) };
        // SAFETY: the caller promises a live block, which is never null.
        let block = unsafe { NonNull::new_unchecked(block) };
        // SAFETY: the block is live and was allocated with `layout`.
        unsafe { self.allocator.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises a size other than 0.
        unsafe { assert_unchecked(layout.size() != 0) };
        to_pointer(self.allocator.allocate_zeroed(layout))
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller promises the layout of the allocation, whose size is not 0.
        unsafe { assert_unchecked(layout.size() != 0) };
        // SAFETY: the caller promises a new size other than 0.
        unsafe { assert_unchecked(new_size != 0) };
        // SAFETY: the caller promises that `new_size`, rounded up to the align, is at most `isize::MAX`.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: the caller promises a live block, which is never null.
        let block = unsafe { NonNull::new_unchecked(block) };
        if new_size >= layout.size() {
            // SAFETY: the block is live with `layout`, and the new size is not smaller.
            to_pointer(unsafe { self.allocator.grow(block, layout, new_layout) })
        } else {
            // SAFETY: the block is live with `layout`, and the new size is smaller.
            to_pointer(unsafe { self.allocator.shrink(block, layout, new_layout) })
        }
    }
}

// SAFETY: every method forwards to the wrapped allocator, which a copy of the reference neither moves nor drops.
unsafe impl<A: Allocator> Allocator for &AsGlobal<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocator.allocate(layout)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocator.allocate_zeroed(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.grow(block, old_layout, new_layout) }
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.grow_zeroed(block, old_layout, new_layout) }
    }

    #[inline]
    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.shrink(block, old_layout, new_layout) }
    }
}

// SAFETY: the wrapped allocator is `'static`, never dropped and never lent as `&mut`, so only its methods end a block.
// It implements `Allocator` by value, so its blocks do not lie inside it, and its storage may end before them. The type
// is invariant in `A`, and the impl holds for every lifetime of the reference.
unsafe impl<A: GlobalAllocator> StaticAllocator for &AsGlobal<A> {}

// SAFETY: copies of the reference forward to the same allocator.
unsafe impl<A: Allocator> AllocatorClone for &AsGlobal<A> {}

// SAFETY: forwards to the wrapped allocator, which is a `GlobalAllocator`.
unsafe impl<A: GlobalAllocator> GlobalAllocator for &'static AsGlobal<A> {}
// SAFETY: forwards to the wrapped allocator, which is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for &AsGlobal<A> {}
impl<A: CallsMalloc> CallsMalloc for AsGlobal<A> {}

// SAFETY: the blocks of the reference are those of the wrapped allocator.
unsafe impl<A: Owns> Owns for &AsGlobal<A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.allocator.owns(block, layout)
    }
}

// SAFETY: the blocks of the reference are those of the wrapped allocator.
unsafe impl<A: WholePages> WholePages for &AsGlobal<A> {}

// SAFETY: the blocks of the reference are those of the wrapped allocator.
unsafe impl<A: UsableSize> UsableSize for &AsGlobal<A> {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.layout_of(block) }
    }

    #[inline]
    unsafe fn usable_size(&self, block: NonNull<u8>) -> usize {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.usable_size(block) }
    }

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.deallocate_without_layout(block) };
    }
}
