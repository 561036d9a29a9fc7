//! A light arena that threads share.

mod allocator;

use core::fmt;
use core::ops::Range;
use core::ptr::NonNull;

use super::growth::{self, MIN_CAPACITY};
use super::shared_chunks::{OVERHEAD, SharedChunk};
use super::shared_supply::SharedSupply;
use crate::api::{Allocator, CallsMalloc, Global, GlobalAllocator, IndependentAllocator, Owns, Reset};

/// A light bump allocator that is `Send` and `Sync`: for a request or a task that may go on in another thread after each `.await`.
///
/// A future that holds a `&Arena`, or a collection in it, across an `.await` is not `Send`. One that holds a `&TaskArena` is. The arena
/// also fits where a [`SyncArena`](crate::SyncArena) would be too large: for each connection, each job, each message. Do not use it where
/// many threads allocate at the same time, because each allocation writes to the same word. `SyncArena` has a span for each thread.
///
/// # Examples
///
/// ```
/// use janus_alloc::TaskArena;
/// use janus_alloc::collections::Vec;
///
/// async fn answer(request: &str) -> usize {
///     let arena = TaskArena::new();
///     let mut words = Vec::new_in(&arena);
///     words.extend(request.split(' '));
///     std::future::ready(()).await; // here the task may move to another thread
///     words.extend(["and", "more"]);
///     words.len()
/// }
///
/// fn spawn(task: impl Future<Output = usize> + Send + 'static) {
///     // ...
/// # let waker = std::task::Waker::noop();
/// # let poll = std::pin::pin!(task).poll(&mut std::task::Context::from_waker(waker));
/// # assert_eq!(poll, std::task::Poll::Ready(4));
/// }
/// spawn(answer("two words"));
/// ```
///
/// # Cost and rules
///
/// * **Cost**: 9 instructions for an allocation of known layout, 13 if its align is above 8, where an [`Arena`](crate::Arena) takes 5 to 7.
///   One of them is an atomic compare-and-swap, which takes as long as some 20 others. No lock, and no state for each thread. (Counted by
///   `cargo run --release -p janus-benches --bin instructions -- arenas`.)
/// * **Free**: the last block can grow, shrink and be freed in place, by any thread. Freeing any other block does nothing.
/// * **Memory**: none before the first use. Then chunks from the parent, with a capacity that doubles from 4 KiB to 1 MiB and an
///   overhead of 32 bytes each. A block of more than 16 KiB that does not fit in the next chunk gets a chunk of its own; while it is
///   the newest such block, it grows as the parent grows the chunk, and freeing it returns the chunk to the parent. (If another thread
///   adds such a block or looks at the chunks at that very moment, the chunk stays until the reset.)
/// * **Size**: 4 words and the parent.
/// * **Alignment**: every block starts at a multiple of 8. Larger aligns are served. **Size 0** uses no byte.
/// * **Threads**: `Send` and `Sync` if the parent is. No thread waits for another: if two need a chunk at the same time, the later one
///   returns it. The parent may call this arena. After a **fork** the child has a copy of the arena and can use it.
/// * **Errors**: if the parent fails, an allocation returns [`AllocError`](crate::api::AllocError), and the arena stays usable. To limit an
///   arena, limit its parent.
/// * **Drop** returns all chunks to the parent, in the thread that drops the arena.
/// * **Collections** take `&arena`; or the arena itself, or an [`Arc<TaskArena>`](crate::collections::Arc), to own their memory. A reset
///   takes `&mut` of the arena, which no collection gives out.
///
/// Only [`Arena`](crate::Arena) has `alloc` and the related methods. Between two `.await`s, an `Arena<&TaskArena>` has them.
/// [`ArenaPool`](crate::ArenaPool) keeps the arenas of requests that have ended for the next ones. The chapter `docs/03-arenas.md` of the
/// repository shows chunks in pictures.
pub struct TaskArena<A: Allocator = Global> {
    /// `Send` and `Sync` follow from it: threads share the chunks by atomics alone.
    supply: SharedSupply<A>,
    /// The least capacity of the first new chunk after the last reset.
    next_capacity: usize,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<TaskArena>() == 32);

impl TaskArena {
    /// Creates an arena over the registered default. It allocates nothing until the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::TaskArena::new();
    /// assert_eq!(arena.capacity_bytes(), 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }
}

impl<A: Allocator> TaskArena<A> {
    /// Creates an arena over `parent`. It allocates nothing until the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, TaskArena, collections::Box};
    ///
    /// static POOL: SharedPool = SharedPool::new();
    ///
    /// let arena = TaskArena::new_in(&POOL);
    /// assert_eq!(*Box::new_in(1, &arena), 1);
    /// ```
    #[must_use]
    pub const fn new_in(parent: A) -> Self {
        Self { supply: SharedSupply::new(parent), next_capacity: MIN_CAPACITY }
    }

    /// Returns the parent: the allocator that chunks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, TaskArena, collections::Box};
    ///
    /// let arena = TaskArena::new_in(Stats::new(System));
    /// let block = Box::new_in(1, &arena);
    /// assert_eq!(arena.parent().snapshot().allocations, 1);
    /// # drop(block);
    /// ```
    pub const fn parent(&self) -> &A {
        &self.supply.parent
    }

    /// Frees every block, keeps the largest chunk, and returns the others to the parent.
    ///
    /// If there were several chunks, the next new one has room for everything that was allocated before this reset, even if that is
    /// more than the usual 1 MiB. So an arena that is filled and reset repeatedly soon has one chunk of the right size.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{TaskArena, collections::Vec};
    ///
    /// let mut arena = TaskArena::new();
    /// Vec::with_capacity_in(100_000, &arena).push(1_u8);
    /// arena.reset(); // does not compile while the vector is alive
    /// assert_eq!(arena.allocated_bytes(), 0);
    /// ```
    pub fn reset(&mut self) {
        self.restart(usize::MAX);
    }

    /// Resets the arena like [`reset`](Self::reset), but keeps the largest chunk of at most `max_bytes`, counted like
    /// [`capacity_bytes`](Self::capacity_bytes) does. The next new chunk has room for everything that was allocated before, but at most `max_bytes`.
    ///
    /// Use this for an arena that is seldom as full as it once was, so that one large round does not hold its memory for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{TaskArena, collections::Vec};
    ///
    /// let mut arena = TaskArena::new();
    /// for length in [100, 10_000_000, 100] {
    ///     let bytes: Vec<u8, _> = Vec::with_capacity_in(length, &arena);
    ///     std::mem::forget(bytes); // freed by the reset
    ///     arena.reset_keep_at_most(1 << 20);
    ///     assert!(arena.capacity_bytes() <= 1 << 20);
    /// }
    /// assert!(arena.capacity_bytes() > 0);
    /// ```
    pub fn reset_keep_at_most(&mut self, max_bytes: usize) {
        self.restart(max_bytes);
    }

    /// Frees every block and returns all chunks to the parent. The next chunk has 4 KiB again.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{TaskArena, collections::Vec};
    ///
    /// let mut arena = TaskArena::new();
    /// Vec::new_in(&arena).push(1);
    /// arena.reset_release();
    /// assert_eq!(arena.capacity_bytes(), 0);
    /// ```
    pub fn reset_release(&mut self) {
        self.restart(0);
    }

    /// Keeps the largest chunk with a capacity of at most `max`.
    fn restart(&mut self, max: usize) {
        if self.supply.chunks.has_several() {
            self.next_capacity = growth::capacity_for_round(self.allocated_bytes());
        }
        self.next_capacity = self.next_capacity.min(growth::largest_capacity(max));
        self.supply.restart(max.saturating_add(if max > 0 { OVERHEAD } else { 0 }));
    }

    /// Returns the number of bytes allocated, including padding for alignment and freed blocks that were not the last one. Takes time
    /// linear in the number of chunks. While other threads allocate, the number may be that of no single moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{TaskArena, collections::Box};
    ///
    /// let arena = TaskArena::new();
    /// let both = (Box::new_in(1_u8, &arena), Box::new_in(2_u64, &arena));
    /// assert_eq!(arena.allocated_bytes(), 16); // blocks start at multiples of 8
    /// # drop(both);
    /// ```
    #[must_use]
    pub fn allocated_bytes(&self) -> usize {
        self.supply.chunks.iter().map(SharedChunk::used).sum()
    }

    /// Returns the number of bytes that all [`chunks`](Self::chunks) have for blocks, used or not. Takes time linear in the number of
    /// chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{TaskArena, collections::Box};
    ///
    /// let arena = TaskArena::new();
    /// let block = Box::new_in(1, &arena);
    /// assert_eq!(arena.capacity_bytes(), 4096);
    /// # drop(block);
    /// ```
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.supply.chunks.iter().map(SharedChunk::capacity).sum()
    }

    /// Iterates over the address ranges in which blocks can be, one for each chunk, in no particular order. A chunk that is added or
    /// resized meanwhile may be missed.
    ///
    /// While the iterator exists, the arena returns no chunk to the parent, not even that of a large block that is freed.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{TaskArena, collections::Box};
    ///
    /// let arena = TaskArena::new();
    /// let pi = Box::new_in(3.14, &arena);
    /// let address: *const f64 = &*pi;
    /// assert!(arena.chunks().any(|chunk| chunk.contains(&address.cast())));
    /// ```
    pub fn chunks(&self) -> impl Iterator<Item = Range<*const u8>> + use<'_, A> {
        self.supply.chunks.iter().map(SharedChunk::range)
    }

    /// Returns whether this arena allocated the live block at `block`, by comparing its address with those of the chunks. Takes time
    /// linear in the number of chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::ptr::NonNull;
    /// use janus_alloc::{TaskArena, collections::Box};
    ///
    /// let arena = TaskArena::new();
    /// let inside = Box::new_in(1, &arena);
    /// assert!(arena.owns(NonNull::from(&*inside).cast()) && !arena.owns(NonNull::from(&1).cast()));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        self.supply.contains(block)
    }

    /// Returns whether there is a chunk.
    pub(super) fn has_memory(&self) -> bool {
        !self.supply.chunks.is_empty()
    }

    /// Returns the size of the chunk after `newest` for a block that needs a chunk of `size` bytes, or `None` if that block gets a chunk
    /// of its own.
    fn chunk_size(&self, newest: Option<SharedChunk<'_>>, size: usize) -> Option<usize> {
        let doubled = newest.map_or(MIN_CAPACITY, |chunk| {
            growth::capacity_after(chunk.capacity(), chunk.used() >= chunk.capacity() / 2)
        });
        // The oldest chunk is the one that the last reset has kept.
        let is_first = newest.is_none_or(SharedChunk::is_oldest);
        let capacity = if is_first { doubled.max(self.next_capacity) } else { doubled };
        let bytes = size - OVERHEAD;
        (!growth::needs_own_chunk(bytes, capacity)).then(|| growth::capacity_for(bytes, capacity) + OVERHEAD)
    }
}

// SAFETY: it calls only its parent, which never allocates from the default. Chunks do not move with the value.
unsafe impl<A: GlobalAllocator> GlobalAllocator for TaskArena<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for TaskArena<A> {}
impl<A: Allocator + CallsMalloc> CallsMalloc for TaskArena<A> {}

// SAFETY: the arena's blocks lie in its chunks, and blocks of allocators that take no memory from it do not.
unsafe impl<A: Allocator> Owns for TaskArena<A> {
    fn owns(&self, block: NonNull<u8>, _: crate::api::Layout) -> bool {
        self.owns(block)
    }
}

impl<A: Allocator> Reset for TaskArena<A> {
    fn reset(&mut self) {
        self.reset();
    }
}

impl Default for TaskArena {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Allocator> fmt::Debug for TaskArena<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskArena")
            .field("allocated_bytes", &self.allocated_bytes())
            .field("capacity_bytes", &self.capacity_bytes())
            .field("chunks", &self.supply.chunks.iter().count())
            .finish_non_exhaustive()
    }
}
