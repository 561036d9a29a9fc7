mod allocator;
pub(super) mod chunk;
pub(super) mod free_list;
mod refill;
pub(super) mod region;

use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use super::size_class::{class_up_to, classes_up_to, size_of_class};
use crate::api::{Allocator, Global, Layout};
use chunk::Chunks;
use free_list::FreeList;
use region::Region;

/// Blocks of many sizes for one thread: a block that is freed is used again for the next of its size, and dropping the pool frees
/// all there are.
///
/// ```text
///      free, by size                 chunk 1: 1 KiB              chunk 2: 2 KiB
///      +----+----+----+-- -- --+     +---+-----+---+-----+--+    +-------+-----+-----------+--+
///      |  8 | 16 | 24 |        |     | a | ... | b | ... |##|    | c     | ... |           |##|
///      +----+-|--+----+-- -- --+     +---+-^-|-+---+-^---+--+    +-------+-----+-----------+--+
///             +----------------------------+ +-------+                         ^ no block yet
/// ```
///
/// Requests of up to 32 KiB are rounded up to one of 80 sizes. Each size has a list of its free blocks, threaded through the
/// blocks. An allocation takes the first of a list, a free puts the block in front. Take a pool for collections and trees that
/// grow, shrink and change in one thread.
///
/// * **Collections** take `&pool`, or the pool itself if there is but one.
/// * **Cost**: 8 instructions for an allocation and a free together, if the layout is known; some 25 if it is not. Neither an
///   atomic nor a lock.
/// * **Memory**: no byte beside a block. A block is at most an eighth longer than requested, or up to a multiple of 8 bytes
///   below 64. The pool value has 85 words, and no memory before the first use. Then a chunk of 1 KiB, and twice as much each
///   time, up to 256 KiB, of which 5 words are the pool's. What is free stays with the pool until it is dropped: for blocks of
///   the same size.
/// * **Large blocks**, those above 32 KiB or aligned to more, come from the parent one by one and go back when they are freed.
///   They have 5 words behind them, and grow and shrink as the parent does it: by `realloc`, or `mremap`.
/// * **Growth** and shrinking within a size, at the same align, stays where it is; else a new block is taken, and the bytes are
///   copied. Blocks are as long as requested; [`good_size`](Self::good_size) tells how far one could grow.
/// * **Alignment**: any, at no cost up to 32 KiB.
/// * **Size 0**: no memory is used.
/// * **Threads**: `Send`, if the parent is; not `Sync`.
/// * **Errors**: a parent that fails is an [`AllocError`](crate::api::AllocError), and the pool can be used on. A pool close to
///   a limit asks for no more than it needs.
/// * **Drop** gives everything back to the parent, whether it was freed or not. `A` may be any allocator: over an arena,
///   `Pool<&Arena>`, it reuses what the arena alone would not.
///
/// Where ideas come from: free lists by size from Knuth (1968, section 2.5) and Weinstock's quick fit (1976); sizes that waste an
/// eighth at most from Google's tcmalloc; the pool over anything that only grows, freed as a whole, from C++'s
/// `std::pmr::unsynchronized_pool_resource` over a `monotonic_buffer_resource`, and from Bloomberg's `bdlma::Multipool` before
/// it.
///
/// # Examples
///
/// ```
/// use janus_alloc::Pool;
/// use janus_alloc::collections::{HashMap, Vec};
///
/// let pool = Pool::new();
/// let mut words: HashMap<&str, Vec<usize, &Pool>, _, _> = HashMap::new_in(&pool);
/// for (at, word) in "to be or not to be".split(' ').enumerate() {
///     words.entry(word).or_insert_with(|| Vec::new_in(&pool)).push(at);
/// }
/// assert_eq!(words["be"][..], [1, 5]);
/// ```
///
/// Over an arena that goes with it:
///
/// ```
/// use janus_alloc::collections::Vec;
/// use janus_alloc::{Arena, Pool};
///
/// let arena = Arena::new();
/// let pool = Pool::new_in(&arena);
/// for _ in 0..1000 {
///     Vec::with_capacity_in(100, &pool).push(1);
/// }
/// assert!(arena.allocated_bytes() < 4096);
/// ```
pub struct Pool<A: Allocator = Global> {
    /// The free blocks of each class.
    bins: [FreeList; CLASSES],
    /// Of the chunk with the most left.
    region: Region,
    /// The size of the next chunk.
    next_chunk: Cell<usize>,
    /// With the blocks of classes. All of their room is in blocks, but for the region.
    chunks: Chunks,
    /// One block is in each of these.
    large: Chunks,
    parent: A,
}

/// The first chunk has so many bytes; each further one doubles it,
const FIRST_CHUNK: usize = 1 << 10;
/// up to this.
const LARGEST_CHUNK: usize = 256 << 10;

/// The size of the largest class.
const LARGEST: usize = 32 << 10;
const CLASSES: usize = classes_up_to(LARGEST);

#[inline(always)]
const fn class_of(layout: Layout) -> Option<usize> {
    class_up_to(LARGEST, layout)
}

/// What nothing is: it makes the compiler say why a pool is not `Sync`.
#[diagnostic::on_unimplemented(
    message = "this pool serves one thread, and cannot be shared between threads",
    label = "shared between threads here",
    note = "take a `SharedPool`, or a pool for each thread: it can be moved to one",
    note = "threads that only read can share a `&Frozen<_>` of a collection in it; collections inside that have to be `Frozen`, too"
)]
pub trait SharedByThreads {}

// SAFETY: what the pointers point to is the pool's alone: chunks that nobody else reaches, from a parent that may be sent.
// Blocks are their owners', wherever those are; whoever frees one has the pool or borrows it, and that is not `Sync`.
unsafe impl<A: Allocator + Send> Send for Pool<A> {}

// SAFETY: nothing implements `SharedByThreads`, which cannot be named elsewhere.
unsafe impl<A: Allocator + SharedByThreads> Sync for Pool<A> {}

impl Pool {
    /// A pool without memory, over the registered default.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = janus_alloc::Pool::new();
    /// assert_eq!(pool.held_bytes(), 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }
}

impl<A: Allocator> Pool<A> {
    /// A pool without memory, over `parent`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pages, Pool, collections::Box};
    ///
    /// let pool = Pool::new_in(Pages::new());
    /// assert_eq!(*Box::new_in(1, &pool), 1);
    /// ```
    #[must_use]
    pub const fn new_in(parent: A) -> Self {
        Self {
            bins: [const { FreeList::new() }; CLASSES],
            region: Region::empty(),
            next_chunk: Cell::new(FIRST_CHUNK),
            chunks: Chunks::new(),
            large: Chunks::new(),
            parent,
        }
    }

    /// The allocator that chunks and large blocks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, Stats, System, collections::Box};
    ///
    /// let pool = Pool::new_in(Stats::new(System));
    /// drop(Box::new_in(1, &pool));
    /// drop(Box::new_in(2, &pool));
    /// assert_eq!(pool.parent().snapshot().allocations, 1);
    /// ```
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// How many bytes a block for `layout` has in earnest: no less than requested. Within it, at the same align, the block
    /// grows and shrinks where it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, api::Layout};
    ///
    /// let pool = Pool::new();
    /// assert_eq!(pool.good_size(Layout::new::<[u8; 100]>()), 104);
    /// assert_eq!(pool.good_size(Layout::new::<[u8; 40_000]>()), 40_000);
    /// ```
    #[must_use]
    pub const fn good_size(&self, layout: Layout) -> usize {
        match class_of(layout) {
            Some(class) => size_of_class(class),
            None => layout.size(),
        }
    }

    /// The bytes that the pool has from its parent: those of live and free blocks, and its own. A walk through the chunks and
    /// the large blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, collections::Box};
    ///
    /// let pool = Pool::new();
    /// drop(Box::new_in(1, &pool));
    /// assert_eq!(pool.held_bytes(), 1024);
    /// drop(Box::new_in([0_u8; 100_000], &pool));
    /// assert_eq!(pool.held_bytes(), 1024);
    /// ```
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.chunks.size() + self.large.size()
    }

    /// The bytes of all live blocks, each as long as its [`good_size`](Self::good_size), and a large one up to a multiple of 8.
    ///
    /// Nothing is counted when blocks come and go, so it is a walk through all free blocks: for tests and logs.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, collections::Box};
    ///
    /// let pool = Pool::new();
    /// let block = Box::new_in([0_u8; 100], &pool);
    /// assert_eq!(pool.live_bytes(), 104);
    /// drop(block);
    /// assert_eq!(pool.live_bytes(), 0);
    /// ```
    #[must_use]
    pub fn live_bytes(&self) -> usize {
        let room: usize = self.chunks.iter().chain(self.large.iter()).map(|chunk| chunk.room()).sum();
        let free = |(class, bin): (usize, &FreeList)| bin.len() * size_of_class(class);
        room - self.region.left() - self.bins.iter().enumerate().map(free).sum::<usize>()
    }

    /// Whether a live block of this pool is at `block`: whether its address is that of a chunk, or of a large block. A walk
    /// through them.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::ptr::NonNull;
    /// use janus_alloc::{Pool, collections::Box};
    ///
    /// let pool = Pool::new();
    /// let mut block = Box::new_in(1, &pool);
    /// let here = NonNull::from(&mut *block).cast();
    /// let elsewhere = NonNull::from(&1).cast();
    /// assert!(pool.owns(here) && !pool.owns(elsewhere));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        self.chunks.contain(block) || self.large.contain(block)
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Allocator> Drop for Pool<A> {
    fn drop(&mut self) {
        // SAFETY: whoever has a block borrows the pool, or does not use it again; large blocks came from the parent.
        unsafe { self.large.free(&self.parent) };
        // SAFETY: as above.
        unsafe { self.chunks.free(&self.parent) };
    }
}

impl<A: Allocator> fmt::Debug for Pool<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("held_bytes", &self.held_bytes())
            .field("live_bytes", &self.live_bytes())
            .field("chunks", &self.chunks.iter().count())
            .field("large_blocks", &self.large.iter().count())
            .finish_non_exhaustive()
    }
}
