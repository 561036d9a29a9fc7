use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use super::single::SharedByThreads;
use super::single::chunk::{Chunk, Chunks, of_its_chunk};
use super::single::free_list::FreeList;
use super::single::region::Region;
use crate::api::replace::zero_rest;
use crate::api::translate::dangling;
use crate::api::{AllocError, Allocator, Global, Layout, Owns};

/// Blocks of one layout for one thread, such as the nodes of a list or a tree: a block that is freed is used again for the
/// next, and dropping the pool frees all there are.
///
/// Every other layout is an [`AllocError`], so a wrong one shows at once. [`Pool`](super::Pool) takes any.
///
/// * **Collections** take `&pool`: those that ask for single nodes, as `Box` does. A `Vec` or a map asks for more at once.
/// * **Cost**: a handful of instructions for an allocation, and for a free, where the layout is known. Neither an atomic nor a lock.
/// * **Memory**: no byte beside a block, which takes as many as its layout, rounded up to its align and to a word. None before
///   the first use. Then a chunk of about 1 KiB, and twice as much each time, up to 256 KiB, for as many blocks as fit, of
///   which 5 words are the pool's. Free blocks stay with the pool until it is dropped.
/// * **Growth** and shrinking: to the same layout, from size 0, and to size 0. All else is an [`AllocError`].
/// * **Size 0** is dangling, whatever its align: no memory is used.
/// * **Threads**: `Send`, if the parent is; not `Sync`.
/// * **Errors**: if the parent fails, the pool can be used on. A pool close to a limit asks for no more than one block.
/// * **Drop** gives everything back to the parent, whether it was freed or not.
///
/// Where ideas come from: a list threaded through the free blocks is as old as Lisp (McCarthy 1960); the chunks around it are
/// those of `boost::pool` and of Bloomberg's `bdlma::Pool`.
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
    /// Of the newest chunk.
    region: Region,
    /// The size of the next chunk, or somewhat more.
    next_chunk: Cell<usize>,
    chunks: Chunks,
    parent: A,
}

/// The first chunk has about so many bytes; each further one doubles it,
const FIRST_CHUNK: usize = 1 << 10;
/// up to this.
const LARGEST_CHUNK: usize = 256 << 10;
/// So many bytes of a chunk are made free blocks at a time, or one block: they are written to, and should still be in the cache
/// when they are used.
const RUN: usize = 4 << 10;

// SAFETY: as for `Pool`: the chunks are the pool's alone, from a parent that may be sent.
unsafe impl<A: Allocator + Send> Send for BlockPool<A> {}

// SAFETY: nothing implements `SharedByThreads`, which cannot be named elsewhere.
unsafe impl<A: Allocator + SharedByThreads> Sync for BlockPool<A> {}

impl BlockPool {
    /// A pool of blocks of `layout`, without memory, over the registered default.
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

    /// A pool of blocks for a `T` each, without memory, over the registered default.
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
    /// A pool of blocks of `layout`, without memory, over `parent`.
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
            region: Region::empty(),
            next_chunk: Cell::new(FIRST_CHUNK),
            chunks: Chunks::new(),
            parent,
        }
    }

    /// A pool of blocks for a `T` each, without memory, over `parent`.
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

    /// The layout that is served.
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

    /// The allocator that chunks come from.
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

    /// The bytes that the pool has from its parent: those of live and free blocks, and its own. A walk through the chunks.
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

    /// How many blocks are alive.
    ///
    /// Nothing is counted when blocks come and go, so it is a walk through all free blocks: for tests and logs.
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
        let Ok(block) = self.block() else { return 0 };
        let blocks = |bytes| bytes / block.size();
        let all: usize = self.chunks.iter().map(|chunk| blocks(chunk.room())).sum();
        all - blocks(self.region.left()) - self.free.len()
    }

    /// Whether a live block of this pool is at `block`: whether its address is that of a chunk. A walk through the chunks.
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
        self.chunks.contain(block)
    }

    /// What a block takes: room for a link while it is free.
    fn block(&self) -> Result<Layout, AllocError> {
        let align = self.layout.align().max(FreeList::GRAIN);
        let size = self.layout.size().max(1).checked_next_multiple_of(align).ok_or(AllocError)?;
        Layout::from_size_align(size, align).map_err(|_| AllocError)
    }

    /// A block where none is free.
    // The parent may call the pool meanwhile, through hooks of its own. So all is in order when it is called, and looked at
    // anew when it returns.
    #[cold]
    #[inline(never)]
    fn refill(&self) -> Result<NonNull<u8>, AllocError> {
        let block = self.block()?;
        let run = (RUN / block.size()).max(1);
        if !self.carve(&self.region, block, run) {
            let chunk = self.new_chunk(block)?;
            self.chunks.push(chunk);
            let rest = Region::of(chunk);
            self.region.swap(&rest);
            let carved = self.carve(&self.region, block, run);
            debug_assert!(carved, "the chunk was made for it");
            // If the parent called the pool, something may be left.
            self.carve(&rest, block, usize::MAX);
        }
        self.free.pop().ok_or(AllocError)
    }

    /// A chunk for blocks, one at least.
    fn new_chunk(&self, block: Layout) -> Result<Chunk, AllocError> {
        let usual = self.next_chunk.get();
        let count = ((usual - Chunk::OVERHEAD) / block.size()).max(1);
        // No overflow: it is less than the usual size, or one block.
        let room = Layout::from_size_align(count * block.size(), block.align()).map_err(|_| AllocError)?;
        // A parent that is close to a limit may still have what is needed now.
        let chunk = Chunk::new(&self.parent, room).or_else(|_| Chunk::new(&self.parent, block))?;
        if chunk.size() > usual / 2 {
            self.next_chunk.set((2 * usual).min(LARGEST_CHUNK));
        }
        Ok(chunk)
    }

    /// Takes at most `most` free blocks out of `region`, if one fits.
    fn carve(&self, region: &Region, block: Layout, most: usize) -> bool {
        let Some(run) = region.take_run(block.size(), block.align(), most) else { return false };
        // SAFETY: the run was nobody's, and is aligned to a link no less than to the layout's align.
        unsafe { self.free.push_run(run.start, block.size(), run.count) };
        true
    }

    /// A block of another layout than that of this pool.
    #[cold]
    fn other(layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 { Ok(dangling(layout)) } else { Err(AllocError) }
    }
}

impl<A: Allocator> Drop for BlockPool<A> {
    fn drop(&mut self) {
        // SAFETY: whoever has a block borrows the pool, or does not use it again; chunks came from the parent.
        unsafe { self.chunks.free(&self.parent) };
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

// SAFETY: blocks are disjoint parts of chunks, and stay where they are until they are freed or the pool is dropped. Moving the
// pool moves no chunk. They are as long as requested, so one layout fits each. Nothing unwinds but what the parent, an
// allocator, does: nothing.
unsafe impl<A: Allocator> Allocator for BlockPool<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 || layout != self.layout {
            return Self::other(layout);
        }
        let block = match self.free.pop() {
            Some(block) => block,
            None => self.refill()?,
        };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.allocate(layout)?;
        // SAFETY: all of it is the caller's, not written yet.
        unsafe { zero_rest(block, 0) };
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            // SAFETY: by `# Safety` of this fn it is a block of this pool, and not used again.
            unsafe { self.free.push(block) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match old.size() {
            _ if old == new => Ok(NonNull::slice_from_raw_parts(of_its_chunk(block), new.size())),
            0 => self.allocate(new),
            _ => Err(AllocError),
        }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match old.size() {
            0 => self.allocate_zeroed(new),
            // SAFETY: by `# Safety` of this fn. No byte comes in addition.
            _ => unsafe { self.grow(block, old, new) },
        }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match new.size() {
            _ if old == new => Ok(NonNull::slice_from_raw_parts(of_its_chunk(block), new.size())),
            0 => {
                // SAFETY: by `# Safety` of this fn.
                unsafe { self.deallocate(block, old) };
                Ok(dangling(new))
            }
            _ => Err(AllocError),
        }
    }
}

// SAFETY: a block lies in one of the chunks, and no other allocator's does: they are the pool's alone.
unsafe impl<A: Allocator> Owns for BlockPool<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        BlockPool::owns(self, block)
    }
}
