use core::fmt;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::NonNull;

use super::Arena;
use super::state::{Lent, State};
use crate::api::{AllocError, Allocator, AllocatorClone, Layout, Owns};

/// An arena for the time of a closure: what [`Arena::scope`] passes to it. All that is allocated in it is free afterwards.
///
/// It dereferences to an [`Arena`], so it has that one's methods; and collections take it as it comes, being a reference:
/// `Vec::new_in(scope)`.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, arenas::Scope};
///
/// /// The depth of nested brackets, with a scope for each level.
/// fn depth(text: &str, scope: &Scope<'_>) -> usize {
///     let inside = scope.alloc_str(text.trim_start_matches('('));
///     if inside.len() == text.len() { 0 } else { scope.scope(|scope| 1 + depth(&text[1..], scope)) }
/// }
///
/// assert_eq!(Arena::new().scope(|scope| depth("(((", scope)), 3);
/// ```
pub struct Scope<'a, A: Allocator = crate::api::Global, const MIN_ALIGN: usize = 8> {
    /// Not dropped: all it has goes back to the arena it is in.
    arena: ManuallyDrop<Arena<&'a A, MIN_ALIGN>>,
}

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Calls `work` with an arena for that time, and frees all that was allocated in it, also when `work` panics.
    ///
    /// The scope goes on where this arena is, in the same chunk; and the chunks that it takes are kept for the next scope. So a
    /// scope costs some hundred instructions and, once warm, no call of the parent.
    ///
    /// This arena can be used meanwhile: collections in it may grow, and values be allocated. What they need comes out of another
    /// chunk then, and the rest of the one that the scope has is left to scopes until this arena is reset.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::Arena;
    /// use janus_alloc::collections::Vec;
    ///
    /// let arena = Arena::new();
    /// let mut sums = Vec::new_in(&arena);
    /// for n in 0..100_u64 {
    ///     let sum = arena.scope(|scope| {
    ///         let squares = scope.alloc_slice_fill_iter((0..n).map(|n| n * n));
    ///         squares.iter().sum::<u64>()
    ///     });
    ///     sums.push(sum);
    /// }
    /// assert_eq!(sums[3], 5);
    /// assert!(arena.allocated_bytes() <= 4 * 100 * 8); // the squares are gone
    /// ```
    ///
    /// A value cannot leave its scope:
    ///
    /// ```compile_fail
    /// let arena = janus_alloc::Arena::new();
    /// let value = arena.scope(|scope| scope.alloc(1));
    /// ```
    #[inline]
    pub fn scope<R>(&self, work: impl FnOnce(&Scope<'_, A, MIN_ALIGN>) -> R) -> R {
        run(&self.state, &self.parent, work)
    }
}

impl<'a, A: Allocator, const MIN_ALIGN: usize> Scope<'a, A, MIN_ALIGN> {
    /// Calls `work` with a scope within this one: [`Arena::scope`].
    ///
    /// # Examples
    ///
    /// ```
    /// janus_alloc::Arena::new().scope(|outer| {
    ///     let kept = outer.alloc(1);
    ///     let length = outer.scope(|inner| inner.alloc_str("gone").len());
    ///     assert_eq!((*kept, length), (1, 4));
    /// });
    /// ```
    #[inline]
    pub fn scope<R>(&self, work: impl FnOnce(&Scope<'_, A, MIN_ALIGN>) -> R) -> R {
        run(&self.arena.state, self.arena.parent, work)
    }
}

#[inline]
fn run<A: Allocator, R, const MIN_ALIGN: usize>(
    outer: &State<MIN_ALIGN>,
    parent: &A,
    work: impl FnOnce(&Scope<'_, A, MIN_ALIGN>) -> R,
) -> R {
    let (state, lent) = outer.lend();
    let running = Running { outer, lent, scope: Scope { arena: ManuallyDrop::new(Arena { state, parent }) } };
    work(&running.scope)
}

/// Gives back what was lent when it is dropped.
struct Running<'a, A: Allocator, const MIN_ALIGN: usize> {
    outer: &'a State<MIN_ALIGN>,
    lent: Lent<MIN_ALIGN>,
    scope: Scope<'a, A, MIN_ALIGN>,
}

impl<A: Allocator, const MIN_ALIGN: usize> Drop for Running<'_, A, MIN_ALIGN> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: closures nest, so what was lent later is back; and nothing that borrows the scope outlives `work`.
        unsafe { self.outer.take_back(&self.scope.arena.state, &self.lent) };
    }
}

impl<'a, A: Allocator, const MIN_ALIGN: usize> Deref for Scope<'a, A, MIN_ALIGN> {
    type Target = Arena<&'a A, MIN_ALIGN>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.arena
    }
}

impl<A: Allocator, const MIN_ALIGN: usize> fmt::Debug for Scope<'_, A, MIN_ALIGN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arena.fmt(f)
    }
}

// SAFETY: a copy of the reference leads to the same scope.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> AllocatorClone for &Scope<'_, A, MIN_ALIGN> {}

// SAFETY: the blocks are those of the arena in the scope, by its reference; a scope is only lent by reference, and lives as long
// as that.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> Allocator for &Scope<'_, A, MIN_ALIGN> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.arena.allocate(layout)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.arena.allocate_zeroed(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.arena.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.arena.grow(block, old, new) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.arena.grow_zeroed(block, old, new) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.arena.shrink(block, old, new) }
    }
}

// SAFETY: a block lies in one of the chunks of the arena in the scope, or where it started.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> Owns for &Scope<'_, A, MIN_ALIGN> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        self.arena.owns(block)
    }
}
