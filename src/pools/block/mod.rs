//! [`BlockPool`], for blocks of one layout in one thread.
//!
//! # Invariants
//!
//! 1. `free` holds free blocks of the layout `block_layout()`. They lie in `chunks`.
//! 2. All blocks that the contents of `chunks` have room for are live, or in `free`, or in `region`.
//! 3. All of `chunks` came from `parent`.
//!
//! The parent may call the pool from inside a call, through hooks of its own. So the invariants hold whenever the
//! parent is called, and the pool reads its state again afterwards.

mod allocator;
mod refill;

use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use super::single::SharedByThreads;
use super::single::chunk::PoolChunkList;
use super::single::free_list::FreeList;
use super::single::region::UncarvedRegion;
use crate::api::{Allocator, Global, Layout};

/// A pool of blocks of one layout for one thread, such as the nodes of a list or a tree. It reuses a freed block for
/// the next request, and frees all blocks when it is dropped.
///
/// A request for another layout is an [`AllocError`](crate::api::AllocError), so a wrong layout shows at once.
/// [`Pool`](super::Pool) serves any layout.
///
/// * **Collections** take `&pool` if they request single nodes, as `Box` does. A `Vec` or a map requests more at once.
/// * **Cost**: a handful of instructions each for an allocation and a free whose layout is known at compile time.
///   Neither an atomic nor a lock.
/// * **Memory**: no byte beside a block. The size of a block is rounded up to its align and to a word. The pool takes
///   no memory before the first use, then a chunk of about 1 KiB. Each further chunk is twice as large, up to 256 KiB.
///   A chunk has 5 words of bookkeeping, and as many blocks as fit. Free blocks stay with the pool until it is dropped.
/// * **Growth** and shrinking: to the same layout, from size 0 and to size 0. All else is an
///   [`AllocError`](crate::api::AllocError).
/// * **Size 0** is dangling, whatever its align, and uses no memory.
/// * **Threads**: `Send` if the parent is; not `Sync`.
/// * **Errors**: the pool can still be used after an error of the parent. If the parent refuses a whole chunk, the pool
///   asks it for a single block.
/// * **Drop** returns all memory to the parent, freed or not.
///
/// Sources: a list threaded through the free blocks is as old as Lisp (McCarthy 1960); the chunks around it are from
/// `boost::pool` and Bloomberg's `bdlma::Pool`.
///
/// # Examples
///
/// ```
/// use janus_alloc::BlockPool;
/// use janus_alloc::collections::Box;
///
/// struct Node<'p> {
///     value: u32,
///     next: Option<Box<Node<'p>, &'p BlockPool>>,
/// }
///
/// let pool = BlockPool::for_type::<Node<'_>>();
/// let mut list = None;
/// for value in 0..100 {
///     list = Some(Box::new_in(Node { value, next: list.take() }, &pool));
/// }
/// assert_eq!(list.as_ref().and_then(|node| Some(node.next.as_ref()?.value)), Some(98));
/// assert_eq!(pool.live_blocks(), 100);
/// ```
pub struct BlockPool<A: Allocator = Global> {
    free: FreeList,
    layout: Layout,
    /// The uncarved part of the newest chunk.
    region: UncarvedRegion,
    /// The size of the next chunk in bytes, or somewhat more.
    next_chunk_size: Cell<usize>,
    chunks: PoolChunkList,
    parent: A,
}

/// The size of the first chunk, or somewhat more. Each further chunk is twice as large, up to [`MAX_CHUNK`].
const FIRST_CHUNK: usize = 1 << 10;
const MAX_CHUNK: usize = 256 << 10;

// SAFETY: only the pool reaches its chunks, and they came from a parent that may be sent. Freeing a block needs a
// reference to the pool, which is not `Sync`; so the blocks may be in any thread.
unsafe impl<A: Allocator + Send> Send for BlockPool<A> {}

// SAFETY: nothing implements `SharedByThreads`, which cannot be named outside the crate.
unsafe impl<A: Allocator + SharedByThreads> Sync for BlockPool<A> {}

impl BlockPool {
    /// Creates a pool of blocks of `layout` over the registered default. It takes no memory before the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::BlockPool;
    /// use janus_alloc::api::{Allocator, Layout};
    ///
    /// let pool = BlockPool::new(Layout::new::<[u64; 3]>());
    /// assert!(pool.allocate(Layout::new::<[u64; 3]>()).is_ok());
    /// assert!(pool.allocate(Layout::new::<u64>()).is_err());
    /// ```
    #[must_use]
    pub const fn new(layout: Layout) -> Self {
        Self::new_in(layout, Global)
    }

    /// Creates a pool of blocks for a `T` each over the registered default. It takes no memory before the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{BlockPool, collections::Box};
    ///
    /// let pool = BlockPool::for_type::<f64>();
    /// assert_eq!(*Box::new_in(3.14, &pool), 3.14);
    /// ```
    #[must_use]
    pub const fn for_type<T>() -> Self {
        Self::new(Layout::new::<T>())
    }
}

impl<A: Allocator> BlockPool<A> {
    /// Creates a pool of blocks of `layout` over `parent`. It takes no memory before the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::api::{Allocator, Layout};
    /// use janus_alloc::{BlockPool, System};
    ///
    /// let pages = BlockPool::new_in(Layout::from_size_align(4096, 4096)?, System);
    /// let page = pages.allocate(pages.layout())?;
    /// assert_eq!(page.cast::<u8>().addr().get() % 4096, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new_in(layout: Layout, parent: A) -> Self {
        Self {
            free: FreeList::new(),
            layout,
            region: UncarvedRegion::empty(),
            next_chunk_size: Cell::new(FIRST_CHUNK),
            chunks: PoolChunkList::new(),
            parent,
        }
    }

    /// Creates a pool of blocks for a `T` each over `parent`. It takes no memory before the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, BlockPool, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let pool = BlockPool::for_type_in::<[u32; 4]>(&arena);
    /// for n in 0..1000 {
    ///     drop(Box::new_in([n; 4], &pool));
    /// }
    /// assert!(arena.allocated_bytes() <= 1024);
    /// ```
    #[must_use]
    pub const fn for_type_in<T>(parent: A) -> Self {
        Self::new_in(Layout::new::<T>(), parent)
    }

    /// Returns the layout of the blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{BlockPool, api::Layout};
    ///
    /// assert_eq!(BlockPool::for_type::<u32>().layout(), Layout::new::<u32>());
    /// ```
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// Returns the allocator that chunks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{BlockPool, Stats, System, collections::Box};
    ///
    /// let pool = BlockPool::for_type_in::<u64>(Stats::new(System));
    /// let two = [Box::new_in(1_u64, &pool), Box::new_in(2, &pool)];
    /// assert_eq!(pool.parent().snapshot().allocations, 1);
    /// # drop(two);
    /// ```
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Returns the number of bytes that the pool holds from its parent: live and free blocks, and its own bookkeeping.
    ///
    /// It walks through the chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{BlockPool, collections::Box};
    ///
    /// let pool = BlockPool::for_type::<u64>();
    /// assert_eq!(pool.held_bytes(), 0);
    /// drop(Box::new_in(1_u64, &pool));
    /// assert_eq!(pool.held_bytes(), 1024);
    /// ```
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.chunks.size()
    }

    /// Returns the number of live blocks.
    ///
    /// It walks through all free blocks, since the pool counts nothing as blocks come and go. It is meant for tests and
    /// logs.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{BlockPool, collections::Box};
    ///
    /// let pool = BlockPool::for_type::<u64>();
    /// let one = Box::new_in(1_u64, &pool);
    /// assert_eq!(pool.live_blocks(), 1);
    /// drop(one);
    /// assert_eq!(pool.live_blocks(), 0);
    /// ```
    #[must_use]
    pub fn live_blocks(&self) -> usize {
        let Ok(block) = self.block_layout() else { return 0 };
        let blocks = |bytes| bytes / block.size();
        let all: usize = self.chunks.iter().map(|chunk| blocks(chunk.capacity())).sum();
        all - blocks(self.region.remaining()) - self.free.len()
    }

    /// Returns whether the live block at `block` belongs to this pool: whether its address lies in a chunk.
    ///
    /// It walks through the chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::ptr::NonNull;
    /// use janus_alloc::{BlockPool, collections::Box};
    ///
    /// let pool = BlockPool::for_type::<u64>();
    /// let mut block = Box::new_in(1_u64, &pool);
    /// let here = NonNull::from(&mut *block).cast();
    /// let elsewhere = NonNull::from(&1).cast();
    /// assert!(pool.owns(here) && !pool.owns(elsewhere));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        self.chunks.contains(block)
    }
}

impl<A: Allocator> Drop for BlockPool<A> {
    fn drop(&mut self) {
        // SAFETY: they came from the parent by invariant 3. Blocks end with the pool, by rule 9 of `api`.
        unsafe { self.chunks.release(&self.parent) };
    }
}

impl<A: Allocator> fmt::Debug for BlockPool<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockPool")
            .field("layout", &self.layout)
            .field("held_bytes", &self.held_bytes())
            .field("live_blocks", &self.live_blocks())
            .field("chunks", &self.chunks.iter().count())
            .finish_non_exhaustive()
    }
}
