mod allocator;
mod checkpoint;
mod failure;
mod growing;
mod scope;
mod slices;
mod state;
mod strings;
mod values;

use core::fmt;
use core::ops::Range;
use core::ptr::NonNull;

pub use checkpoint::Checkpoint;
pub use scope::Scope;

use super::cursor;
use crate::api::{AllocError, Allocator, Global, Layout, Reset};
use failure::{Failure, or_fail};
use state::State;

/// A bump allocator: takes chunks from its parent, hands them out from the bottom to the top, and frees everything at once.
///
/// ```text
///      chunk 1: 4 KiB             chunk 2: 8 KiB
///     +--+---+----+--+-----+     +------+---+----------------------+
///     |##| a | b  |##| c   |     |##| d | e |                      |
///     +--+---+----+--+-----+     +------+---+----------------------+
///      ^ the chunk's header                  ^ position            ^ end
/// ```
///
/// An allocation moves the position up. Take one when many values end together: the tree of a compiler, the scratch of
/// a request, the index of a batch.
///
/// * **Collections** take `&arena`; or the arena itself, for one that owns its memory, such as `Vec<T, Arena>`. Several that own
///   one together have an [`Rc<Arena>`](crate::collections::Rc). A reset takes `&mut` of the arena and ends its blocks; no collection
///   gives out `&mut` of its allocator.
/// * **Values** go in by [`alloc`](Arena::alloc) and its kin, which return `&mut T`. Nothing in an arena is dropped by it, so
///   `alloc` does not take a type that needs `Drop`; `Box::new_in(value, &arena)` drops it with the box.
/// * **Cost**: 5 to 7 instructions for an allocation of known layout, no more than one of them a branch. A free of the last
///   block takes its bytes back, and the last block grows and shrinks where it is. A free of any other does nothing.
/// * **Memory**: none before the first use. Then a chunk with room for 4 KiB from the parent, and for twice as much with each
///   further one, up to 1 MiB; and 32 bytes for each. A block of more than 16 KiB that is too large for the next chunk gets one
///   of its own and leaves the current one as it is; it goes back to the parent when it is freed last of its kind, and grows as
///   the parent grows it.
/// * **Alignment**: every block starts at a multiple of `MIN_ALIGN`. 8, the default, is the fastest for most data; 1 packs
///   strings and bytes without gaps. Larger aligns are served either way.
/// * **Size 0**: no byte is used.
/// * **Threads**: `Send`, if the parent is; not `Sync`. For several threads there is `SyncArena`.
/// * **Errors**: a parent that fails is an [`AllocError`](crate::api::AllocError) of a `try_` method or of the trait, and the
///   arena can be used on. A limit is the parent's matter.
/// * **Drop** gives all chunks back to the parent. `A` may be any allocator, [`Pages`](crate::Pages) or another `&Arena`.
///
/// Where ideas come from: the whole from `obstack` and region-based memory management (Hanson 1990), the API from bumpalo,
/// scopes from bump-scope.
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
///     arena.reset(); // while a `Vec` is alive in it, this does not compile
/// }
/// ```
pub struct Arena<A: Allocator = Global, const MIN_ALIGN: usize = 8> {
    state: State<MIN_ALIGN>,
    parent: A,
}

// SAFETY: what the pointers point to is the arena's alone: chunks that nobody else reaches, from a parent that may be sent.
// Live blocks are neither read nor written by it, so other threads may use what was allocated here. One that is freed, grown or
// shrunk by another thread has come there with the arena, since a reference to the arena is not `Send`.
unsafe impl<A: Allocator + Send, const MIN_ALIGN: usize> Send for Arena<A, MIN_ALIGN> {}

/// What nothing is: it makes the compiler say why an arena is not `Sync`.
#[diagnostic::on_unimplemented(
    message = "an `Arena` serves one thread, and cannot be shared between threads",
    label = "shared between threads here",
    note = "take a `SyncArena`, or an `Arena` for each thread: it can be moved to one",
    note = "threads that only read can share a `&Frozen<_>` of a collection in it; collections inside that have to be `Frozen`, too"
)]
pub trait SharedByThreads {}

// SAFETY: nothing implements `SharedByThreads`, which cannot be named elsewhere.
unsafe impl<A: Allocator + SharedByThreads, const MIN_ALIGN: usize> Sync for Arena<A, MIN_ALIGN> {}

impl Arena {
    /// An arena without memory, over the registered default.
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

    /// An arena whose first chunk has room for `capacity` bytes; the parent is the registered default.
    ///
    /// Where there is no memory it ends the program by `handle_alloc_error`, as `Vec::with_capacity` does.
    ///
    /// # Panics
    ///
    /// No layout is so large.
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

    /// As [`with_capacity`](Self::with_capacity).
    ///
    /// # Errors
    ///
    /// There is not so much memory.
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
    /// An arena without memory, over `parent`.
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

    /// An arena over `parent` whose first chunk has room for `capacity` bytes.
    ///
    /// Where there is no memory it ends the program by `handle_alloc_error`, as `Vec::with_capacity` does.
    ///
    /// # Panics
    ///
    /// No layout is so large.
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

    /// As [`with_capacity_in`](Self::with_capacity_in).
    ///
    /// # Errors
    ///
    /// The parent does not have so much memory.
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
    /// As [`new_in`](Arena::new_in), with a minimum alignment to be named: a power of two, at most 4096; another is a compile
    /// error.
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

    /// As [`with_capacity_in`](Arena::with_capacity_in), with a minimum alignment to be named.
    ///
    /// # Panics
    ///
    /// No layout is so large.
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
        or_fail(Self::with_room(capacity, parent))
    }

    /// As [`try_with_capacity_in`](Arena::try_with_capacity_in), with a minimum alignment to be named.
    ///
    /// # Errors
    ///
    /// The parent does not have so much memory.
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
        Ok(Self::with_room(capacity, parent)?)
    }

    fn with_room(capacity: usize, parent: A) -> Result<Self, Failure> {
        let arena = Self { state: State::new(), parent };
        let room = Layout::from_size_align(capacity, MIN_ALIGN).map_err(|_| Failure::CapacityOverflow)?;
        let reserved = arena.state.reserve_first(&arena.parent, room);
        reserved.map(|()| arena).map_err(|AllocError| Failure::NoMemory(room))
    }

    /// The allocator that chunks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Stats, System};
    ///
    /// let arena = Arena::new_in(Stats::new(System));
    /// arena.alloc(1);
    /// arena.alloc([0_u8; 100_000]); // has a chunk of its own
    /// assert_eq!(arena.parent().snapshot().allocations, 2);
    /// ```
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Frees every block and keeps the largest chunk for what comes next; the others go back to the parent.
    ///
    /// If one chunk was not enough, and is not enough the next time either, the next one has room for all that was there before
    /// this reset, even above the usual 1 MiB. So an arena that is filled and reset again and again soon has one chunk of the
    /// right size.
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
        // SAFETY: `&mut` of the arena ends its blocks (rule 9 of `api`); all chunks came from the parent.
        unsafe { self.state.reset(&self.parent) };
    }

    /// Frees every block and keeps all chunks: to be filled again as much as before without asking the parent.
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
        // SAFETY: `&mut` of the arena ends its blocks (rule 9 of `api`).
        unsafe { self.state.vacate_and_enter_largest() };
    }

    /// Frees every block and keeps chunks that have at most `max_bytes` in all, as [`capacity_bytes`](Self::capacity_bytes)
    /// counts them: the largest that fit. The others go back to the parent, and the next one has no more room than `max_bytes`
    /// (or 4 KiB), unless a block needs it.
    ///
    /// For an arena that is seldom as full as it once was: one round with much to do does not hold its memory for ever.
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
        // SAFETY: `&mut` of the arena ends its blocks (rule 9 of `api`); all chunks came from the parent.
        unsafe { self.state.reset_keep_at_most(&self.parent, max_bytes) };
    }

    /// Frees every block and gives all chunks back to the parent. The next chunk is a small one again.
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
        // SAFETY: `&mut` of the arena ends its blocks (rule 9 of `api`); all chunks came from the parent.
        unsafe { self.state.release(&self.parent) };
    }

    /// The bytes in use, and those between and behind blocks that alignment took: how far the arena has come.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// arena.alloc(1_u8);
    /// arena.alloc(2_u64);
    /// assert_eq!(arena.allocated_bytes(), 16); // blocks start at multiples of 8
    /// ```
    #[must_use]
    pub fn allocated_bytes(&self) -> usize {
        self.state.allocated()
    }

    /// The most that [`allocated_bytes`](Self::allocated_bytes) has been since the arena was made, resets and scopes included:
    /// what to pass to [`with_capacity`](Arena::with_capacity) next time.
    ///
    /// Exact without scopes. What a scope and the arena around it allocate in turns is added as if it had been at once.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut arena = janus_alloc::Arena::new();
    /// arena.alloc([0_u8; 1000]);
    /// arena.reset();
    /// arena.alloc(1_u64);
    /// assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (8, 1000));
    /// ```
    #[must_use]
    pub fn high_water_bytes(&self) -> usize {
        self.state.high_water()
    }

    /// The bytes of all [`chunks`](Self::chunks): those in use and those to come. A walk through the chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// arena.alloc(1);
    /// assert_eq!(arena.capacity_bytes(), 4096);
    /// ```
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.state.ranges().map(|range| range.end.addr() - range.start.addr()).sum()
    }

    /// The addresses that blocks can be at, a range for each chunk. No order is promised, and if blocks are allocated or freed
    /// between two items, one may be missed or come twice.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let pi: *const f64 = arena.alloc(3.14);
    /// assert!(arena.chunks().any(|chunk| chunk.contains(&pi.cast())));
    /// ```
    pub fn chunks(&self) -> impl Iterator<Item = Range<*const u8>> + use<'_, A, MIN_ALIGN> {
        let (mut changes, mut ranges, mut passed) = (self.state.changes(), self.state.ranges(), 0);
        core::iter::from_fn(move || {
            if changes != self.state.changes() {
                // The chunk that came next may be gone: as many as before are passed over, from the start.
                (changes, ranges) = (self.state.changes(), self.state.ranges());
                ranges.by_ref().take(passed).for_each(drop);
            }
            passed += 1;
            ranges.next()
        })
    }

    /// Whether a live block of this arena is at `block`: whether its address is that of a chunk. A walk through the chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::ptr::NonNull;
    ///
    /// let arena = janus_alloc::Arena::new();
    /// let here = NonNull::from(arena.alloc(1)).cast();
    /// let elsewhere = NonNull::from(&1).cast();
    /// assert!(arena.owns(here) && !arena.owns(elsewhere));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        self.state.ranges().any(|range| range.contains(&block.as_ptr().cast_const()))
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

impl<A: Allocator, const MIN_ALIGN: usize> fmt::Debug for Arena<A, MIN_ALIGN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arena")
            .field("allocated_bytes", &self.allocated_bytes())
            .field("high_water_bytes", &self.high_water_bytes())
            .field("capacity_bytes", &self.capacity_bytes())
            .field("chunks", &self.state.ranges().count())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
