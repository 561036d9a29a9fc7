//! Capabilities: operations that only some allocators support. An allocator that lacks a capability does not implement its
//! trait, so no method here is one that always fails (the rule of D's `std.experimental.allocator`).

use core::ptr::NonNull;

use super::{Allocator, Layout};

/// An allocator that can tell its own blocks from those of other allocators.
///
/// A fallback needs this of its first allocator, to know which of the two a block must be returned to.
///
/// # Safety
///
/// For a pointer to a live block whose size is not 0, and a layout whose size fits it (its align may be any, because a wrapper may
/// have raised it), `owns` returns
///
/// 1. `true` if the block was allocated by this allocator, or by an equivalent one such as a clone or a reference;
/// 2. `false` if the block lies outside this allocator's blocks and outside the memory that it has taken from a parent. (The
///    blocks of a wrapper are those of the allocator that it forwards requests to: a `Stats` answers as its parent.)
/// 3. the same value each time while the block is live, for every such layout. The exception is a block that this
///    allocator uses as memory of its own, such as a chunk: the answer may be `true` from when the parent has returned
///    the block until the allocator passes it back to the parent.
///
/// In all other cases it may return either value, but it never reads through the pointer. One such case is a block of an
/// arena whose parent is this allocator: it lies inside one of this allocator's blocks.
///
/// # Examples
///
/// ```
/// use core::ptr::NonNull;
/// use janus_alloc::{Null, api::{Layout, Owns}};
///
/// // `Null` has never allocated a block.
/// assert!(!Null.owns(NonNull::<u64>::dangling().cast(), Layout::new::<u64>()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot tell its own blocks from others'",
    label = "not an `Owns`",
    note = "a `Fallback` asks its first allocator whose block it is: put one first that knows the addresses it serves, such as an arena or a pool"
)]
pub unsafe trait Owns: Allocator {
    /// Returns whether this allocator allocated the live block at `block`, which has the size of `layout`.
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool;
}

/// An allocator that can find the layout of a block from its pointer alone.
///
/// C's `free(ptr)` and `malloc_usable_size(ptr)` need this, because C does not pass the size back.
///
/// # Safety
///
/// The layout that `layout_of` returns fits the block: every method accepts it as the block's layout. (It does not make the
/// excess bytes writable. To write more bytes than were requested, call `grow` first, because the compiler may know the
/// requested size.)
///
/// # Examples
///
/// ```
/// # #[cfg(any(target_os = "linux", target_os = "macos"))] {
/// use janus_alloc::{Malloc, api::{Allocator, Layout, UsableSize}};
///
/// let layout = Layout::from_size_align(100, 8)?;
/// let block = Malloc.allocate(layout)?.cast::<u8>();
/// // SAFETY: the block is live.
/// let usable = unsafe { Malloc.layout_of(block) };
/// assert!(usable.size() >= 100);
/// // SAFETY: the layout of `layout_of` fits the block.
/// unsafe { Malloc.deallocate(block, usable) };
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know a block's size from its pointer",
    label = "not a `UsableSize`",
    note = "use an allocator that keeps the size beside the block or in a table, such as `SharedPool` or `Malloc`; a `Stats` forgets it, so put that below the pool: `SharedPool<Stats<Pages>>`"
)]
pub unsafe trait UsableSize: Allocator {
    /// Returns the layout with the largest size that fits `block`.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this allocator that was requested with a size other than 0.
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout;

    /// Returns the usable size of `block` in bytes: `layout_of(block).size()`.
    ///
    /// # Safety
    ///
    /// Same as for [`layout_of`](UsableSize::layout_of).
    #[inline]
    unsafe fn usable_size(&self, block: NonNull<u8>) -> usize {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.layout_of(block) }.size()
    }

    /// Frees `block`, as [`deallocate`](Allocator::deallocate) with the layout from [`layout_of`](UsableSize::layout_of) does.
    /// An allocator may override this method with a shorter path.
    ///
    /// # Safety
    ///
    /// Same as for [`layout_of`](UsableSize::layout_of). The block is not used afterwards.
    ///
    /// # Examples
    ///
    /// A C interface hands out a bare pointer and later frees it:
    ///
    /// ```
    /// # #[cfg(any(unix, windows))] {
    /// use core::ptr::NonNull;
    /// use janus_alloc::{SharedPool, api::{Allocator, Layout, UsableSize}};
    ///
    /// static POOL: SharedPool = SharedPool::new();
    ///
    /// extern "C" fn new_buffer(size: usize) -> *mut u8 {
    ///     let layout = Layout::from_size_align(size.max(1), 16);
    ///     let block = layout.ok().and_then(|layout| POOL.allocate(layout).ok());
    ///     block.map_or(core::ptr::null_mut(), |block| block.as_ptr().cast())
    /// }
    ///
    /// unsafe extern "C" fn free_buffer(buffer: *mut u8) {
    ///     if let Some(buffer) = NonNull::new(buffer) {
    ///         // SAFETY: the caller passes a pointer from `new_buffer`, and frees it once.
    ///         unsafe { POOL.deallocate_without_layout(buffer) };
    ///     }
    /// }
    ///
    /// let buffer = new_buffer(1000);
    /// assert!(POOL.stats().live_bytes() >= 1000);
    /// // SAFETY: freed once.
    /// unsafe { free_buffer(buffer) };
    /// assert_eq!(POOL.stats().live_bytes(), 0);
    /// # }
    /// ```
    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        let layout = unsafe { self.layout_of(block) };
        // SAFETY: the block is live, and the layout of `layout_of` fits it.
        unsafe { self.deallocate(block, layout) };
    }
}

/// An allocator that can free all its blocks at once and be used again: [`Arena`](crate::Arena),
/// [`TaskArena`](crate::TaskArena), [`FixedArena`](crate::FixedArena), and [`StaticArena`](crate::StaticArena) where it is not shared.
///
/// `&mut self` proves that no block is in use: a collection that borrows the allocator is gone by then, and a collection that
/// owns the allocator lends it as `&` only ([rule 9](crate::api#the-rules)). [`SyncArena`](crate::SyncArena) does not implement
/// this trait: its own `reset` takes the arena by value.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use janus_alloc::{Arena, api::Reset, collections::Vec};
///
/// /// Runs jobs that share one scratch allocator, and counts them.
/// struct Worker<R> {
///     scratch: R,
///     jobs: u32,
/// }
///
/// impl<R: Reset> Worker<R> {
///     fn work(&mut self, job: impl FnOnce(&R)) {
///         job(&self.scratch);
///         self.scratch.reset();
///         self.jobs += 1;
///     }
/// }
///
/// let mut worker = Worker { scratch: Arena::new(), jobs: 0 };
/// for n in 0..3_u32 {
///     worker.work(|scratch| {
///         let mut numbers = Vec::new_in(scratch);
///         numbers.extend(0..=n);
///         assert_eq!(numbers.len(), n as usize + 1);
///     });
/// }
/// assert_eq!((worker.jobs, worker.scratch.allocated_bytes()), (3, 0));
/// # }
/// ```
pub trait Reset {
    /// Frees every block, in constant or nearly constant time. The allocator may keep its memory for later blocks.
    fn reset(&mut self);
}

/// An allocator whose blocks are whole pages of the operating system, such as [`Pages`](crate::Pages) and what forwards to it.
///
/// A pool over such an allocator knows that fresh memory is zero already, and can return the memory of free pages inside a
/// block to the system. A block (building block) is `WholePages` if the allocators that it takes blocks from are.
///
/// # Safety
///
/// On each block whose size is not 0:
///
/// 1. It starts at the start of a page. The allocator stores nothing, and has no other block, on its pages, up to the end of the
///    last one.
/// 2. Its pages are private and anonymous memory. So the system may be told to discard a page of a live block; the page then
///    reads as zero or as it was before, and keeps its address.
/// 3. `allocate_zeroed` costs no more than `allocate`, apart from a constant: it does not write to all pages.
///
/// And on the implementation:
///
/// 4. If it holds for a type, it holds for the same type with any other lifetimes.
///
/// # Examples
///
/// ```
/// # #[cfg(any(unix, windows))] {
/// use janus_alloc::{Pages, Stats, api::WholePages};
///
/// fn require<A: WholePages>(_: &A) {}
/// require(&Pages::new());
/// require(&Stats::new(Pages::new()));
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "the blocks of `{Self}` are not known to be whole pages of the operating system",
    label = "not a `WholePages`",
    note = "use `Pages`, by itself or in blocks such as `Stats` and `Limit`"
)]
pub unsafe trait WholePages: Allocator {}

// SAFETY: a reference forwards to its referent, so both have the same blocks.
unsafe impl<A: WholePages + ?Sized> WholePages for &A {}

// SAFETY: a reference forwards to its referent, so both have the same blocks.
unsafe impl<A: Owns + ?Sized> Owns for &A {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        (**self).owns(block, layout)
    }
}

// SAFETY: a reference forwards to its referent, so both have the same blocks.
unsafe impl<A: UsableSize + ?Sized> UsableSize for &A {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: by `# Safety` of this fn.
        unsafe { (**self).layout_of(block) }
    }

    #[inline]
    unsafe fn usable_size(&self, block: NonNull<u8>) -> usize {
        // SAFETY: by `# Safety` of this fn.
        unsafe { (**self).usable_size(block) }
    }

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { (**self).deallocate_without_layout(block) };
    }
}
