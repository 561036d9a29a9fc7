//! An arena for one thread.

mod allocator;
mod checkpoint;
mod chunk;
mod failure;
mod growing_slice;
mod inspection;
mod scope;
mod slices;
mod spare_chunks;
mod state;
mod strings;
mod values;
#[cfg(all(test, feature = "std"))]
mod visits;

pub use checkpoint::Checkpoint;
pub use scope::Scope;

use super::cursor;
use crate::api::{AllocError, Allocator, Global, Layout, Reset};
use failure::{Failure, unwrap_or_fail};
use state::State;

/// A bump allocator for one thread: it allocates by moving a position up through a chunk, and frees everything at once.
///
/// Use it for many values that end together: the tree of a compiler, the scratch of a request, the index of a batch. Do not use it
/// where values end one by one and others take their place, because it reuses a freed block only if that was the last one.
///
/// # Examples
///
/// ```
/// use janus_alloc::Arena;
/// use janus_alloc::collections::Vec;
///
/// let mut arena = Arena::new();
/// for line in ["to be", "or not to be"] {
///     let mut words = Vec::new_in(&arena);
///     words.extend(line.split(' ').map(|word| &*arena.alloc_str(word)));
///     assert_eq!(words[0].len(), 2);
///     drop(words);
///     arena.reset(); // does not compile while `words` is alive
/// }
/// ```
///
/// # Cost and rules
///
/// * **Cost**: 5 to 7 instructions for an allocation of known layout, at most one of them a branch. The last block can grow, shrink
///   and be freed in place. Freeing any other block does nothing.
/// * **Memory**: none before the first use. Then chunks from the parent, with a capacity that doubles from 4 KiB to 1 MiB and an
///   overhead of 32 bytes each. A block of more than 16 KiB that does not fit in the next chunk gets a chunk of its own; while it is
///   the newest such block, it grows as the parent grows the chunk, and freeing it returns the chunk to the parent.
/// * **Alignment**: every block starts at a multiple of `MIN_ALIGN`. The default of 8 is the fastest for most data; 1 packs strings and
///   bytes without gaps. Larger aligns are served with any `MIN_ALIGN`. **Size 0** uses no byte.
/// * **Threads**: `Send` if the parent is, never `Sync`. For several threads there are `SyncArena` and, for tasks, `TaskArena`.
/// * **Errors**: if the parent fails, `try_` methods and the trait return [`AllocError`](crate::api::AllocError), and the arena stays
///   usable. To limit an arena, limit its parent.
/// * **Drop** returns all chunks to the parent, which may be any allocator: [`Pages`](crate::Pages), another `&Arena`.
/// * **Values** are placed by [`alloc`](Arena::alloc) and the methods after it, which return `&mut T`. The arena drops no value, so
///   `alloc` rejects types that need `Drop`; `Box::new_in(value, &arena)` drops its value with the box.
/// * **Collections** take `&arena`, or the arena itself to own their memory: `Vec<T, Arena>`. Several collections own one arena through
///   an [`Rc<Arena>`](crate::collections::Rc). A reset takes `&mut` of the arena; no collection gives out `&mut` of its allocator.
///
/// The chapter `docs/03-arenas.md` of the repository shows chunks, scopes and resets in pictures. The design follows `obstack` and
/// region-based memory management (Hanson 1990), the methods follow bumpalo, and scopes follow bump-scope.
pub struct Arena<A: Allocator = Global, const MIN_ALIGN: usize = 8> {
    state: State<MIN_ALIGN>,
    parent: A,
}

// SAFETY: the pointers in it point to chunks that only this arena uses, of a parent that is `Send`. The arena neither reads nor
// writes live blocks, so other threads may use them. A thread that frees, grows or shrinks a block has the arena itself, because a
// reference to the arena is not `Send`.
unsafe impl<A: Allocator + Send, const MIN_ALIGN: usize> Send for Arena<A, MIN_ALIGN> {}

/// Never implemented. It makes the compiler explain why an arena is not `Sync`.
#[diagnostic::on_unimplemented(
    message = "an `Arena` serves one thread, and cannot be shared between threads",
    label = "shared between threads here",
    note = "use a `TaskArena` in a future that has to be `Send`: an allocation takes 9 to 13 instructions there, 5 to 7 here",
    note = "use a `SyncArena` in threads that allocate much at the same time, put the arena in a `Locked`, or move an `Arena` of its own into each thread",
    note = "threads that only read can share a `&Frozen<_>` of a collection in it; collections inside that have to be `Frozen`, too"
)]
pub trait SharedByThreads {}

// SAFETY: no type implements `SharedByThreads`, and other crates cannot name it.
unsafe impl<A: Allocator + SharedByThreads, const MIN_ALIGN: usize> Sync for Arena<A, MIN_ALIGN> {}

impl Arena {
    /// Creates an arena over the registered default. It allocates nothing until the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.capacity_bytes(), 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }

    /// Creates an arena over the registered default, with a first chunk that has room for `capacity` bytes.
    ///
    /// Calls `handle_alloc_error` if there is not enough memory, as `Vec::with_capacity` does.
    ///
    /// # Panics
    ///
    /// Panics if `capacity`, rounded up to the minimum alignment, exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::with_capacity(1 << 16);
    /// arena.alloc_slice_copy(&[0_u8; 1 << 16]);
    /// assert_eq!(arena.chunks().count(), 1);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_in(capacity, Global)
    }

    /// Creates an arena like [`with_capacity`](Self::with_capacity), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if there is not enough memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::Arena;
    ///
    /// assert!(Arena::try_with_capacity(100).is_ok());
    /// assert!(Arena::try_with_capacity(usize::MAX).is_err());
    /// ```
    pub fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        Self::try_with_capacity_in(capacity, Global)
    }
}

impl<A: Allocator> Arena<A> {
    /// Creates an arena over `parent`. It allocates nothing until the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Pages};
    ///
    /// let pages = Arena::new_in(Pages::new());
    /// let scratch = Arena::new_in(&pages); // an arena over an arena
    /// assert_eq!(scratch.alloc_str("any allocator is a parent"), "any allocator is a parent");
    /// ```
    #[must_use]
    pub const fn new_in(parent: A) -> Self {
        Self::with_min_align_in(parent)
    }

    /// Creates an arena over `parent`, with a first chunk that has room for `capacity` bytes.
    ///
    /// Calls `handle_alloc_error` if there is not enough memory, as `Vec::with_capacity` does.
    ///
    /// # Panics
    ///
    /// Panics if `capacity`, rounded up to the minimum alignment, exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, System};
    ///
    /// let arena = Arena::with_capacity_in(10_000, System);
    /// assert!(arena.capacity_bytes() >= 10_000);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, parent: A) -> Self {
        Self::with_min_align_and_capacity_in(capacity, parent)
    }

    /// Creates an arena like [`with_capacity_in`](Self::with_capacity_in), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent does not have enough memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::try_with_capacity_in(1, Null).is_err());
    /// ```
    pub fn try_with_capacity_in(capacity: usize, parent: A) -> Result<Self, AllocError> {
        Self::try_with_min_align_and_capacity_in(capacity, parent)
    }
}

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Creates an arena like [`new_in`](Arena::new_in), with the minimum alignment `MIN_ALIGN`: a power of two, at most 4096. Any other
    /// value is a compile error.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Global};
    ///
    /// let packed = Arena::<_, 1>::with_min_align_in(Global);
    /// packed.alloc_str("no gap");
    /// packed.alloc_str("between");
    /// assert_eq!(packed.allocated_bytes(), 13);
    /// ```
    #[must_use]
    pub const fn with_min_align_in(parent: A) -> Self {
        const { cursor::require_min_align::<MIN_ALIGN>() };
        Self { state: State::new(), parent }
    }

    /// Creates an arena like [`with_capacity_in`](Arena::with_capacity_in), with the minimum alignment `MIN_ALIGN`.
    ///
    /// # Panics
    ///
    /// Panics if `capacity`, rounded up to the minimum alignment, exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Global};
    ///
    /// let packed = Arena::<_, 1>::with_min_align_and_capacity_in(1 << 20, Global);
    /// assert!(packed.capacity_bytes() >= 1 << 20);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_min_align_and_capacity_in(capacity: usize, parent: A) -> Self {
        const { cursor::require_min_align::<MIN_ALIGN>() };
        unwrap_or_fail(Self::with_first_chunk(capacity, parent))
    }

    /// Creates an arena like [`try_with_capacity_in`](Arena::try_with_capacity_in), with the minimum alignment `MIN_ALIGN`.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent does not have enough memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::<_, 1>::try_with_min_align_and_capacity_in(1, Null).is_err());
    /// ```
    pub fn try_with_min_align_and_capacity_in(capacity: usize, parent: A) -> Result<Self, AllocError> {
        const { cursor::require_min_align::<MIN_ALIGN>() };
        Ok(Self::with_first_chunk(capacity, parent)?)
    }

    fn with_first_chunk(capacity: usize, parent: A) -> Result<Self, Failure> {
        let arena = Self { state: State::new(), parent };
        let capacity = Layout::from_size_align(capacity, MIN_ALIGN).map_err(|_| Failure::CapacityOverflow)?;
        let reserved = arena.state.reserve_first_chunk(&arena.parent, capacity);
        reserved.map(|()| arena).map_err(|AllocError| Failure::NoMemory(capacity))
    }

    /// Returns the parent: the allocator that chunks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Stats, System};
    ///
    /// let arena = Arena::new_in(Stats::new(System));
    /// arena.alloc(1);
    /// arena.alloc([0_u8; 100_000]); // gets a chunk of its own
    /// assert_eq!(arena.parent().snapshot().allocations, 2);
    /// ```
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Frees every block, keeps the largest chunk, and returns the others to the parent.
    ///
    /// If there were several chunks, the next new one has room for everything that was allocated before this reset, even if that is
    /// more than the usual 1 MiB. So an arena that is filled and reset repeatedly soon has one chunk of the right size.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut arena = janus_alloc::Arena::new();
    /// (0..10_000_u32).for_each(|n| *arena.alloc(n) += 1);
    /// arena.reset();
    /// assert_eq!((arena.allocated_bytes(), arena.chunks().count()), (0, 1));
    /// ```
    pub fn reset(&mut self) {
        // SAFETY: `&mut` of the arena ends its blocks (rule 9 of `api`) and proves that no scope is running. The arena of a scope is never
        // borrowed mutably. The parent is this arena's.
        unsafe { self.state.reset(&self.parent) };
    }

    /// Frees every block and keeps all chunks, so that the arena can be filled as much again without a call of the parent.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut arena = janus_alloc::Arena::new();
    /// arena.alloc_slice_copy(&[1_u8; 100_000]);
    /// let capacity = arena.capacity_bytes();
    /// arena.reset_keep_all();
    /// assert_eq!((arena.allocated_bytes(), arena.capacity_bytes()), (0, capacity));
    /// ```
    pub fn reset_keep_all(&mut self) {
        // SAFETY: as in `reset`.
        unsafe { self.state.vacate_and_enter_largest() };
    }

    /// Frees every block and keeps chunks of at most `max_bytes` in all, as [`capacity_bytes`](Self::capacity_bytes) counts them: the
    /// largest that fit. The others are returned to the parent. The next new chunk has a capacity of at most `max_bytes` (or 4 KiB),
    /// unless a block needs more.
    ///
    /// Use this for an arena that is seldom as full as it once was, so that one large round does not hold its memory for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut arena = janus_alloc::Arena::new();
    /// for length in [100, 10_000_000, 100] {
    ///     arena.alloc_slice_default::<u8>(length);
    ///     arena.reset_keep_at_most(1 << 20);
    ///     assert!((1..=1 << 20).contains(&arena.capacity_bytes()));
    /// }
    /// ```
    pub fn reset_keep_at_most(&mut self, max_bytes: usize) {
        // SAFETY: as in `reset`.
        unsafe { self.state.reset_keep_at_most(&self.parent, max_bytes) };
    }

    /// Returns whether there is a chunk.
    #[cfg(target_has_atomic = "ptr")]
    pub(super) fn has_memory(&self) -> bool {
        self.state.ranges().next().is_some()
    }

    /// Frees every block and returns all chunks to the parent. The next chunk has 4 KiB again.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut arena = janus_alloc::Arena::new();
    /// arena.alloc(1);
    /// arena.reset_release();
    /// assert_eq!(arena.capacity_bytes(), 0);
    /// ```
    pub fn reset_release(&mut self) {
        // SAFETY: as in `reset`.
        unsafe { self.state.release_all(&self.parent) };
    }
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Allocator, const MIN_ALIGN: usize> Reset for Arena<A, MIN_ALIGN> {
    fn reset(&mut self) {
        self.reset();
    }
}

impl<A: Allocator, const MIN_ALIGN: usize> Drop for Arena<A, MIN_ALIGN> {
    fn drop(&mut self) {
        self.reset_release();
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
