//! [`Pool`], for one thread, and the parts that it shares with [`BlockPool`](super::BlockPool).
//!
//! # Invariants
//!
//! 1. `bins[class]` holds free blocks of the size and align of `class`. They lie in `chunks`.
//! 2. All contents of `chunks` are live blocks of a class, or in a bin, or in `region`.
//! 3. Each chunk of `large` holds one live block, which has no class.
//! 4. All of `chunks` and `large` came from `parent`.
//!
//! The parent may call the pool from inside a call, through hooks of its own. So the invariants hold whenever the
//! parent is called, and the pool reads its state again afterwards.

mod allocator;
pub(super) mod chunk;
pub(super) mod free_list;
mod large;
mod refill;
pub(super) mod region;
mod resize;

use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use super::size_class::{class_up_to, classes_up_to, size_of_class};
use crate::api::{Allocator, Global, Layout};
use chunk::PoolChunkList;
use free_list::FreeList;
use region::UncarvedRegion;

/// A pool of blocks of many sizes for one thread. It reuses a freed block for the next request of its size, and frees
/// all blocks when it is dropped.
///
/// Take it for collections and trees that grow, shrink and change in one thread.
///
/// * **Collections** take `&pool`, or the pool itself if it serves only one of them.
/// * **Cost**: 8 instructions for an allocation and a free together if the layout is known at compile time, else some
///   25. Neither an atomic nor a lock.
/// * **Memory**: no byte beside a block. A block is at most an eighth longer than requested; below 64 bytes it is
///   rounded up to a multiple of 8. The pool value has 85 words. It takes no memory before the first use, then a chunk
///   of 1 KiB. Each further chunk is twice as large, up to 256 KiB. A chunk has 5 words of bookkeeping. A free block
///   stays with the pool until that is dropped, and serves only requests of its size.
/// * **Large blocks**, above 32 KiB or aligned to more, come from the parent one by one, and return to it when they are
///   freed. Each has 5 words of bookkeeping behind it. The parent grows and shrinks
///   them, by `realloc` or `mremap`.
/// * **Growth** and shrinking within a size, at the same align, leaves the block in place; otherwise the bytes are
///   copied to a new block. Blocks are as long as requested; [`good_size`](Self::good_size) returns the size up to
///   which a block stays in place.
/// * **Alignment**: any, at no cost up to 32 KiB.
/// * **Size 0** uses no memory.
/// * **Threads**: `Send` if the parent is; not `Sync`.
/// * **Errors**: an error of the parent is an [`AllocError`](crate::api::AllocError), after which the pool can still be
///   used. If the parent refuses a whole chunk, the pool asks it for a single block.
/// * **Drop** returns all memory to the parent, freed or not. `A` may be any allocator: `Pool<&Arena>` reuses memory
///   that the arena alone would not.
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
/// Over an arena, which by itself would not reuse memory:
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
///
/// # How it works
///
/// ```text
///      free, by size                 chunk 1: 1 KiB              chunk 2: 2 KiB
///      +----+----+----+-- -- --+     +---+-----+---+-----+--+    +-------+-----+-----------+--+
///      |  8 | 16 | 24 |        |     | a | ... | b | ... |##|    | c     | ... |           |##|
///      +----+-|--+----+-- -- --+     +---+-^-|-+---+-^---+--+    +-------+-----+-----------+--+
///             +----------------------------+ +-------+                         ^ no block yet
/// ```
///
/// Requests of up to 32 KiB are rounded up to one of 80 sizes. Each size has a list of its free blocks, threaded
/// through the blocks. An allocation takes the first block of a list, and a free puts a block in front.
///
/// Sources: free lists by size are from Knuth (1968, section 2.5) and Weinstock's quick fit (1976); sizes that waste at
/// most an eighth from Google's tcmalloc; a pool over an allocator that only grows, freed as a whole, from C++'s
/// `std::pmr::unsynchronized_pool_resource` over a `monotonic_buffer_resource`, and from Bloomberg's `bdlma::Multipool`
/// before it.
pub struct Pool<A: Allocator = Global> {
    /// The free blocks of each class.
    bins: [FreeList; CLASSES],
    /// The uncarved part of the chunk that has the most left.
    region: UncarvedRegion,
    /// The size of the next chunk, in bytes.
    next_chunk_size: Cell<usize>,
    /// The chunks for blocks of classes.
    chunks: PoolChunkList,
    /// The chunks for large blocks.
    large: PoolChunkList,
    parent: A,
}

/// The size of the first chunk. Each further chunk is twice as large, up to [`MAX_CHUNK`].
const FIRST_CHUNK: usize = 1 << 10;
const MAX_CHUNK: usize = 256 << 10;

/// The size of the largest class.
const MAX_CLASS_SIZE: usize = 32 << 10;
const CLASSES: usize = classes_up_to(MAX_CLASS_SIZE);

#[inline(always)]
const fn class_of(layout: Layout) -> Option<usize> {
    class_up_to(MAX_CLASS_SIZE, layout)
}

/// Never implemented. Gives a readable error when a pool for one thread is shared.
#[diagnostic::on_unimplemented(
    message = "this pool serves one thread, and cannot be shared between threads",
    label = "shared between threads here",
    note = "take a `SharedPool`, put the pool in a `Locked`, or take a pool for each thread: it can be moved to one",
    note = "threads that only read can share a `&Frozen<_>` of a collection in it; collections inside that have to be `Frozen`, too"
)]
pub trait SharedByThreads {}

// SAFETY: only the pool reaches its chunks, and they came from a parent that may be sent. Freeing a block needs a
// reference to the pool, which is not `Sync`; so the blocks may be in any thread.
unsafe impl<A: Allocator + Send> Send for Pool<A> {}

// SAFETY: nothing implements `SharedByThreads`, which cannot be named outside the crate.
unsafe impl<A: Allocator + SharedByThreads> Sync for Pool<A> {}

impl Pool {
    /// Creates a pool over the registered default. It takes no memory before the first use.
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
    /// Creates a pool over `parent`. It takes no memory before the first use.
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
            region: UncarvedRegion::empty(),
            next_chunk_size: Cell::new(FIRST_CHUNK),
            chunks: PoolChunkList::new(),
            large: PoolChunkList::new(),
            parent,
        }
    }

    /// Returns the allocator that chunks and large blocks come from.
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

    /// Returns the number of bytes that a block for `layout` really has: at least the size of `layout`. Up to that
    /// size, at the same align, the block grows in place.
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

    /// Returns the number of bytes that the pool holds from its parent: live and free blocks, and its own bookkeeping.
    ///
    /// It walks through the chunks and the large blocks.
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

    /// Returns the number of bytes of all live blocks. Each counts as its [`good_size`](Self::good_size), a large one
    /// rounded up to a multiple of 8.
    ///
    /// It walks through all free blocks, since the pool counts nothing as blocks come and go. It is meant for tests and
    /// logs.
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
        let capacity: usize = self.chunks.iter().chain(self.large.iter()).map(|chunk| chunk.capacity()).sum();
        let free = |(class, bin): (usize, &FreeList)| bin.len() * size_of_class(class);
        capacity - self.region.remaining() - self.bins.iter().enumerate().map(free).sum::<usize>()
    }

    /// Returns whether the live block at `block` belongs to this pool: whether its address lies in a chunk or a large
    /// block.
    ///
    /// It walks through the chunks and the large blocks.
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
        self.chunks.contains(block) || self.large.contains(block)
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Allocator> Drop for Pool<A> {
    fn drop(&mut self) {
        // SAFETY: they came from the parent by invariant 4. Blocks end with the pool, by rule 9 of `api`.
        unsafe { self.large.release(&self.parent) };
        // SAFETY: as above.
        unsafe { self.chunks.release(&self.parent) };
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
