use core::fmt;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::NonNull;

use super::Arena;
use super::state::{State, SuspendedRegion};
use crate::api::{AllocError, Allocator, AllocatorClone, Layout, Owns};

/// An arena that [`Arena::scope`] passes to a closure. Everything allocated in it is freed when the closure returns.
///
/// It dereferences to an [`Arena`], so it has all methods of one. A closure gets it by reference, so collections take it as it is:
/// `Vec::new_in(scope)`.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, arenas::Scope};
///
/// /// Returns the depth of nested brackets. Each level has a scope of its own.
/// fn depth(text: &str, scope: &Scope<'_>) -> usize {
///     let inside = scope.alloc_str(text.trim_start_matches('('));
///     if inside.len() == text.len() { 0 } else { scope.scope(|scope| 1 + depth(&text[1..], scope)) }
/// }
///
/// assert_eq!(Arena::new().scope(|scope| depth("(((", scope)), 3);
/// ```
pub struct Scope<'a, A: Allocator = crate::api::Global, const MIN_ALIGN: usize = 8> {
    /// Never dropped: at the end of the scope its chunks go to the arena around it.
    arena: ManuallyDrop<Arena<&'a A, MIN_ALIGN>>,
}

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Calls `work` with a scope, and frees everything allocated in the scope when `work` returns or panics.
    ///
    /// The scope starts in the free part of this arena's chunk, and chunks that it takes are kept for later scopes. So a scope costs
    /// about a hundred instructions and, after the first round, no call of the parent.
    ///
    /// This arena can be used meanwhile, for values and for collections that grow. It then allocates in another chunk, and the rest of
    /// the present one is left to scopes until this arena is reset.
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
    /// assert!(arena.allocated_bytes() <= 4 * 100 * 8); // the squares are freed
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
    /// Calls `work` with a scope within this one, as [`Arena::scope`] does.
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
    let (state, suspended) = outer.begin_scope();
    let running = RunningScope { outer, suspended, scope: Scope { arena: ManuallyDrop::new(Arena { state, parent }) } };
    work(&running.scope)
}

/// Ends its scope when it is dropped.
struct RunningScope<'a, A: Allocator, const MIN_ALIGN: usize> {
    outer: &'a State<MIN_ALIGN>,
    suspended: SuspendedRegion<MIN_ALIGN>,
    scope: Scope<'a, A, MIN_ALIGN>,
}

impl<A: Allocator, const MIN_ALIGN: usize> Drop for RunningScope<'_, A, MIN_ALIGN> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `run` has both from `begin_scope` of `outer`. Scopes that began later were passed to closures within `work`, so they
        // have ended. Blocks of the scope are not used again, because nothing that borrows the scope outlives `work`.
        unsafe { self.outer.end_scope(&self.scope.arena.state, &self.suspended) };
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

// SAFETY: copies of the reference refer to the same scope.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> AllocatorClone for &Scope<'_, A, MIN_ALIGN> {}

// SAFETY: every call is forwarded to the arena in the scope. The reference keeps the scope borrowed, and a scope is never moved,
// because users get it by reference only.
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

// SAFETY: the call is forwarded to the arena in the scope, whose ranges include the region that it started in.
unsafe impl<A: Allocator, const MIN_ALIGN: usize> Owns for &Scope<'_, A, MIN_ALIGN> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        self.arena.owns(block)
    }
}
