//! What some allocators can do besides allocating. An allocator that lacks a capability does not implement its trait:
//! no method here fails always (the rule of D's `std.experimental.allocator`).

use core::ptr::NonNull;

use super::{Allocator, Layout};

/// An allocator that can tell its own blocks from others'.
///
/// What a fallback needs of its first allocator: whom to give a block back to.
///
/// # Safety
///
/// For a pointer and layout that fit a live block, not of size 0, `owns` is `true` when the block is this allocator's (or
/// an equivalent one's: a clone's, a reference's), and `false` when it is that of an allocator that has no memory from this one.
/// (A block of an arena over this one lies in one of this one's, and may be taken for it.) For other pointers it may answer
/// either way, without reading through them.
///
/// # Examples
///
/// ```
/// use core::ptr::NonNull;
/// use janus_alloc::{Null, api::{Layout, Owns}};
///
/// // `Null` never gave anything out.
/// assert!(!Null.owns(NonNull::<u64>::dangling().cast(), Layout::new::<u64>()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot tell its own blocks from others'",
    label = "not an `Owns`",
    note = "put an allocator first that knows the addresses it serves, such as an arena or a pool"
)]
pub unsafe trait Owns: Allocator {
    /// Whether the live block at `block`, which fits `layout`, is this allocator's.
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool;
}

/// An allocator that knows the layout of a block from its bare pointer.
///
/// What C's `free(ptr)` and `malloc_usable_size(ptr)` need, since C does not pass the size back.
///
/// # Safety
///
/// The layout given fits the block: every method accepts it as the block's layout. (Whoever wants to *write* more bytes
/// than were requested calls `grow` first: the compiler may know how many were.)
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
    /// A layout that fits `block`, with the largest size that does.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this allocator and was not requested with size 0.
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout;

    /// The bytes `block` has: `layout_of(block).size()`.
    ///
    /// # Safety
    ///
    /// As for [`layout_of`](UsableSize::layout_of).
    #[inline]
    unsafe fn usable_size(&self, block: NonNull<u8>) -> usize {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.layout_of(block) }.size()
    }

    /// Frees `block`: [`deallocate`](Allocator::deallocate) with the layout of [`layout_of`](UsableSize::layout_of), which an
    /// allocator may do in fewer steps.
    ///
    /// # Safety
    ///
    /// As for [`layout_of`](UsableSize::layout_of). The block is not used afterwards.
    ///
    /// # Examples
    ///
    /// A handle that a C interface gives away as a bare pointer, and takes back:
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
    ///         // SAFETY: the caller says that it is one of `new_buffer`, freed once.
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

/// An allocator that frees all its blocks at once and goes on: [`Arena`](crate::Arena), [`FixedArena`](crate::FixedArena), and a
/// [`StaticArena`](crate::StaticArena) that is not shared.
///
/// `&mut self` is the proof that no block is in use: a collection that borrows the allocator is gone, and one that owns it lends
/// it as `&` only (rule 9). A [`SyncArena`](crate::SyncArena) has no `Reset`, but a method `reset` that takes it by value.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use janus_alloc::{Arena, api::Reset, collections::Vec};
///
/// /// Something that owns blocks for the time of a job, and the jobs.
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
    /// Frees every block, in constant or near constant time. Memory may be kept for the next use.
    fn reset(&mut self);
}

// SAFETY: a reference's blocks are its referent's.
unsafe impl<A: Owns + ?Sized> Owns for &A {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        (**self).owns(block, layout)
    }
}

// SAFETY: a reference's blocks are its referent's.
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
