use core::fmt;
use core::ptr::NonNull;

use super::Guard;
use super::calls::Resize;
use super::ledger::Origin;
use super::report::Call;
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, AllocatorClone, Layout, Owns, StaticAllocator, UsableSize};

/// A reference to a [`Guard`] that remembers where it was made: [`Guard::call_site`].
///
/// Reports name that place for each block of a collection in it, where a plain `&Guard` has no place to name: [`Allocator`] passes none,
/// and a collection calls it from a line of its own.
///
/// * **Cost**: none. **Size**: two words. **Threads**: as a reference.
/// * All copies, and plain references, may free each other's blocks.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Guard, System, collections::Vec};
///
/// let guard = Guard::new(System);
/// let numbers: Vec<u8, _> = Vec::with_capacity_in(10, guard.call_site()); // "allocated: ... at src/main.rs:4:54"
/// # drop(numbers);
/// ```
pub struct CallSite<'a, A: Allocator> {
    guard: &'a Guard<A>,
    origin: Origin,
}

impl<'a, A: Allocator> CallSite<'a, A> {
    pub(super) const fn new(guard: &'a Guard<A>, origin: Origin) -> Self {
        Self { guard, origin }
    }
}

impl<A: Allocator> Clone for CallSite<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A: Allocator> Copy for CallSite<'_, A> {}

// SAFETY: each call is one to the guard, as through a reference to it.
unsafe impl<A: Allocator> Allocator for CallSite<'_, A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.guard.allocate_at(layout, Contents::Uninit, self.origin)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.guard.allocate_at(layout, Contents::Zeroed, self.origin)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.guard.deallocate_at(block, Some(layout), self.origin) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let resize = Resize { call: Call::Grow, old, new, contents: Contents::Uninit };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.guard.resize_at(block, resize, self.origin) }
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let resize = Resize { call: Call::Grow, old, new, contents: Contents::Zeroed };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.guard.resize_at(block, resize, self.origin) }
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let resize = Resize { call: Call::Shrink, old, new, contents: Contents::Uninit };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.guard.resize_at(block, resize, self.origin) }
    }
}

// SAFETY: copies refer to the same guard, as copies of a reference do.
unsafe impl<A: Allocator> AllocatorClone for CallSite<'_, A> {}
// SAFETY: the blocks are the guard's, a `StaticAllocator`; for every lifetime of the reference.
unsafe impl<A: StaticAllocator> StaticAllocator for CallSite<'_, A> {}

// SAFETY: the blocks are the guard's, which answers.
unsafe impl<A: Allocator> Owns for CallSite<'_, A> {
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.guard.owns(block, layout)
    }
}

// SAFETY: the blocks are the guard's, which answers.
unsafe impl<A: Allocator> UsableSize for CallSite<'_, A> {
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        self.guard.layout_at(block, self.origin)
    }

    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.guard.deallocate_at(block, None, self.origin) };
    }
}

impl<A: Allocator> fmt::Debug for CallSite<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallSite").field("origin", self.origin).finish_non_exhaustive()
    }
}
