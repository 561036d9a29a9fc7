//! An arena for several threads.

use core::fmt;
use core::ptr::NonNull;

use super::cursor::Cursor;
use super::shared_chunks::{MIN_ALIGN, SharedChunk};
use super::shared_supply::SharedSupply;
use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::move_block::{grow_and_zero, replace, zero_rest};
use crate::api::{AllocError, Allocator, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns};
use crate::sources::Pages;
use crate::sync::{AtomicPtr, Ordering};
use crate::threads::Slots;

/// A bump allocator that threads share by reference. Each thread allocates in a span of its own, so that none waits for another.
///
/// Use it when several threads build one thing that ends at once, or, as `AsGlobal<SyncArena>`, as the default of a program that ends
/// before it would have to free anything.
///
/// * **Collections** take `&arena`, or the arena itself.
/// * **Cost**: two loads more than an `Arena`: the thread's index, and its span. No lock, and no atomic read-modify-write except
///   when a thread takes a span, 32 KiB at a time, or allocates a block of 8 KiB or more.
/// * **Free**: a thread can grow, shrink and free the last block of its span in place. Any thread can do so with the large block that
///   was allocated last. Freeing any other block does nothing.
/// * **Memory**: none before the first use. Then chunks from the parent, whose size doubles from 256 KiB to 4 MiB. A block that is too
///   large for the next chunk gets a chunk of its own. A thread that ends leaves its span to the next one that starts.
/// * **Size**: 4 KiB, a pointer for each of 512 threads. Further threads allocate each block from the chunk, by an atomic
///   read-modify-write.
/// * **Alignment**: every block starts at a multiple of 8. Larger aligns are served. **Size 0** uses no byte.
/// * **Threads**: `Sync` if the parent is. After a **fork** the child has a copy of the arena and can use it.
/// * **Reset** takes the arena by value, because an arena that is borrowed has blocks in use.
/// * **Drop** returns all chunks to the parent. An arena in a static is never dropped.
///
/// The chapter `docs/03-arenas.md` of the repository shows spans and chunks in pictures.
///
/// # Examples
///
/// ```
/// use janus_alloc::SyncArena;
/// use janus_alloc::collections::Vec;
///
/// let arena = SyncArena::new();
/// std::thread::scope(|threads| {
///     for _ in 0..4 {
///         threads.spawn(|| {
///             let mut numbers = Vec::new_in(&arena);
///             numbers.extend(0..10_000);
///             assert_eq!(numbers.iter().sum::<i32>(), 49_995_000);
///         });
///     }
/// });
/// let arena = arena.reset();
/// # assert!(arena.capacity_bytes() > 0);
/// ```
pub struct SyncArena<A: Allocator = Pages> {
    // # Invariants
    //
    // 1. Each slot of `spans` points to a span in one of the chunks, or to `REFUSING_SPAN`. Chunks with spans stay, by invariant 2 of
    //    `SharedSupply`.
    // 2. Only the thread that has the slot uses its span. Two threads have the same slot only one after the other.
    spans: Slots<ThreadSpan>,
    supply: SharedSupply<A>,
    /// The least size of a new chunk, in bytes.
    min_chunk_size: usize,
}

/// The bytes that one thread allocates from. This header is at their start, so that two spans are never adjacent without a gap.
#[repr(C, align(16))]
struct ThreadSpan {
    cursor: Cursor<MIN_ALIGN>,
}

/// The size of a span with its header, in bytes.
const SPAN_SIZE: usize = 32 << 10;
/// The size from which a block is cut from the chunk, so that a thread never leaves a large part of its span unused.
const LARGE_BLOCK: usize = SPAN_SIZE / 4;
const FIRST_CHUNK_SIZE: usize = 256 << 10;
const MAX_CHUNK_SIZE: usize = 4 << 20;

/// The span of threads without one. It refuses every request.
static REFUSING_SPAN: RefusingSpan = RefusingSpan(ThreadSpan { cursor: Cursor::refusing() });

struct RefusingSpan(ThreadSpan);

// SAFETY: nothing writes to it: a refusing cursor never moves its position, and no block ends there.
unsafe impl Sync for RefusingSpan {}

// SAFETY: by invariant 2 a thread uses only its own span. Everything else that threads share is atomic, except the parent, which is
// `Sync`.
unsafe impl<A: Allocator + Sync> Sync for SyncArena<A> {}
// SAFETY: only this arena uses its chunks, and the parent is `Send`.
unsafe impl<A: Allocator + Send> Send for SyncArena<A> {}

impl SyncArena {
    /// Creates an arena over pages from the operating system. It allocates nothing until the first use. Chunks of 2 MiB and more are
    /// advised to use huge pages.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, SyncArena};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<SyncArena> = AsGlobal::new(SyncArena::new());
    ///
    /// let text = String::from("bumped");
    /// assert!(DEFAULT.capacity_bytes() > 0);
    /// # drop(text);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Pages::new().huge_pages(true))
    }
}

impl<A: Allocator> SyncArena<A> {
    /// Creates an arena over `parent`. It allocates nothing until the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SyncArena, System, collections::Box};
    ///
    /// let arena = SyncArena::new_in(System);
    /// assert_eq!(*Box::new_in(1, &arena), 1);
    /// ```
    #[must_use]
    pub const fn new_in(parent: A) -> Self {
        Self {
            spans: Slots::new(&raw const REFUSING_SPAN.0),
            supply: SharedSupply::new(parent),
            min_chunk_size: FIRST_CHUNK_SIZE,
        }
    }

    /// Returns the parent: the allocator that chunks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, SyncArena, System, collections::Box};
    ///
    /// let arena = SyncArena::new_in(Stats::new(System));
    /// let block = Box::new_in(1, &arena);
    /// assert_eq!(arena.parent().snapshot().allocations, 1);
    /// # drop(block);
    /// ```
    pub const fn parent(&self) -> &A {
        &self.supply.parent
    }

    /// Frees every block, keeps the largest chunk, and returns the others to the parent.
    ///
    /// If there were several chunks, the next new one is as large as all of them were. So an arena that is filled and reset repeatedly
    /// soon has one chunk of the right size.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SyncArena, collections::Vec};
    ///
    /// let arena = SyncArena::new();
    /// let bytes: Vec<u8, _> = Vec::with_capacity_in(1_000_000, &arena);
    /// std::mem::forget(bytes); // never dropped, but freed by the reset
    /// let arena = arena.reset();
    /// assert!(arena.capacity_bytes() >= 1_000_000);
    /// ```
    #[must_use = "dropping the arena returns all its memory to the parent"]
    pub fn reset(self) -> Self {
        self.restart(usize::MAX)
    }

    /// Resets the arena like [`reset`](Self::reset), but keeps the largest chunk of at most `max_bytes`, counted like
    /// [`capacity_bytes`](Self::capacity_bytes) does. Nor is the size of the next new chunk raised above `max_bytes` (or 256 KiB).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SyncArena, collections::Vec};
    ///
    /// let mut arena = SyncArena::new();
    /// for length in [1000, 100_000_000, 1000] {
    ///     drop(Vec::<u8, _>::with_capacity_in(length, &arena));
    ///     arena = arena.reset_keep_at_most(1 << 20);
    ///     assert!((1..=1 << 20).contains(&arena.capacity_bytes()));
    /// }
    /// ```
    #[must_use = "dropping the arena returns all its memory to the parent"]
    pub fn reset_keep_at_most(self, max_bytes: usize) -> Self {
        self.restart(max_bytes)
    }

    /// Keeps the largest chunk of at most `max` bytes.
    fn restart(mut self, max: usize) -> Self {
        if self.supply.chunks.iter().count() > 1 {
            self.min_chunk_size = self.capacity_bytes();
        }
        self.min_chunk_size = self.min_chunk_size.min(max).clamp(FIRST_CHUNK_SIZE, isize::MAX as usize / 2);
        // The chunks that the spans lie in are about to be released.
        self.spans = Slots::new(&raw const REFUSING_SPAN.0);
        self.supply.restart(max);
        self
    }

    /// Returns the number of bytes of all chunks, used or not. Takes time linear in the number of chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SyncArena, collections::Box};
    ///
    /// let arena = SyncArena::new();
    /// assert_eq!(arena.capacity_bytes(), 0);
    /// let boxed = Box::new_in([0_u8; 1000], &arena);
    /// assert!(arena.capacity_bytes() >= 1000);
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.supply.size()
    }

    /// Returns whether this arena allocated the live block at `block`, by comparing its address with those of the chunks. Takes time
    /// linear in the number of chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::ptr::NonNull;
    /// use janus_alloc::{SyncArena, collections::Box};
    ///
    /// let arena = SyncArena::new();
    /// let inside = Box::new_in(1, &arena);
    /// assert!(arena.owns(NonNull::from(&*inside).cast()) && !arena.owns(NonNull::from(&1).cast()));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        self.supply.contains(block)
    }

    /// Returns the cursor of the calling thread.
    #[inline(always)]
    fn cursor(&self) -> &Cursor<MIN_ALIGN> {
        // SAFETY: by invariants 1 and 2.
        unsafe { &(*self.spans.own()).cursor }
    }

    #[inline(always)]
    fn allocate_block(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        match self.cursor().allocate(layout) {
            Some(block) => Ok(block),
            None => self.allocate_slow(layout, Contents::Uninit).map(|(block, _)| block),
        }
    }

    /// Allocates a block of `layout` that does not fit in the thread's span. Also returns what is known about its contents.
    #[cold]
    #[inline(never)]
    fn allocate_slow(&self, layout: Layout, contents: Contents) -> Result<(NonNull<u8>, Contents), AllocError> {
        if layout.size() == 0 {
            return Ok((dangling(layout).cast(), Contents::Zeroed));
        }
        // The sum includes the padding that a large align may need.
        if layout.size().saturating_add(layout.align()) < LARGE_BLOCK {
            if let Some(slot) = self.spans.slot() {
                // If the thread has just got its index, its slot may have the span of an earlier thread.
                if let Some(block) = self.cursor().allocate(layout) {
                    return Ok((block, Contents::Uninit));
                }
                // If there is not enough memory for a span, there may be enough for the block.
                if let Ok(cursor) = self.new_span(slot) {
                    return cursor.allocate(layout).map(|block| (block, Contents::Uninit)).ok_or(AllocError);
                }
            }
        }
        self.cut(layout, contents)
    }

    /// Cuts a new span for the calling thread, whose slot this is.
    fn new_span(&self, slot: &AtomicPtr<ThreadSpan>) -> Result<&Cursor<MIN_ALIGN>, AllocError> {
        let layout = Layout::from_size_align(SPAN_SIZE, align_of::<ThreadSpan>()).map_err(|_| AllocError)?;
        let (start, _) = self.cut(layout, Contents::Uninit)?;
        let span = start.cast::<ThreadSpan>();
        // SAFETY: the bytes are fresh, aligned and large enough.
        unsafe { span.write(ThreadSpan { cursor: Cursor::empty() }) };
        // SAFETY: the span was just written. By invariant 1 its chunk stays while the arena is borrowed, and only this thread uses it.
        let cursor = unsafe { &span.as_ref().cursor };
        // SAFETY: the block has `SPAN_SIZE` bytes.
        let end = unsafe { start.byte_add(SPAN_SIZE) };
        // SAFETY: a header is shorter than a span.
        let first = unsafe { start.byte_add(size_of::<ThreadSpan>()) };
        // SAFETY: nothing else uses the bytes of the block from `first` on, which is aligned to 16.
        unsafe { cursor.set(first, end) };
        // Release: in the child of a fork, which may lack this thread, the span is complete.
        slot.store(span.as_ptr(), Ordering::Release);
        Ok(cursor)
    }

    /// Cuts a block from the newest chunk, or from a new one. Also returns what is known about its contents.
    fn cut(&self, layout: Layout, contents: Contents) -> Result<(NonNull<u8>, Contents), AllocError> {
        self.supply.allocate(layout, contents, |newest, size| {
            let doubled = newest.map_or(0, |chunk: SharedChunk<'_>| chunk.raw().size).saturating_mul(2);
            let next = doubled.min(MAX_CHUNK_SIZE).max(self.min_chunk_size);
            (size <= next).then_some(next)
        })
    }

    /// Returns whether a block of this size may have been cut from a chunk.
    ///
    /// A block in a span may satisfy this, too. If the span is full and was cut last, the block ends where the last piece of the
    /// chunk does. Its bytes may then go back to the chunk, but never to both.
    #[inline(always)]
    fn may_be_cut(size: usize) -> bool {
        size >= LARGE_BLOCK / 2
    }
}

// SAFETY: blocks are disjoint parts of chunks, by the invariants of `Cursor` and `SharedChunks`. They stay valid until they are freed
// or the arena is dropped or reset, both by value. Moving the arena moves no chunk. Nothing unwinds, because the parent does not.
unsafe impl<A: Allocator> Allocator for SyncArena<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_block(layout).map(|block| NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (block, contents) = match self.cursor().allocate(layout) {
            Some(block) => (block, Contents::Uninit),
            None => self.allocate_slow(layout, Contents::Zeroed)?,
        };
        let block = NonNull::slice_from_raw_parts(block, layout.size());
        if contents == Contents::Uninit {
            // SAFETY: the block is fresh, so it may be written.
            unsafe { zero_rest(block, 0) };
        }
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        if !unsafe { self.cursor().free_last(block, layout.size()) } && Self::may_be_cut(layout.size()) {
            self.supply.chunks.resize_last(block, layout.size(), 0);
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            let mut grown = unsafe { self.cursor().grow_last(block, old.size(), new.size()) };
            if grown.is_none() && Self::may_be_cut(old.size()) {
                grown = self.supply.chunks.resize_last(block, old.size(), new.size());
            }
            if let Some(block) = grown {
                return Ok(NonNull::slice_from_raw_parts(block, new.size()));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old, new, old.size()) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { grow_and_zero(self, block, old, new) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() != new.align() {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { replace(self, block, old, new, new.size()) };
        }
        // SAFETY: by `# Safety` of this fn.
        if !unsafe { self.cursor().shrink_last(block, old.size(), new.size()) } && Self::may_be_cut(old.size()) {
            self.supply.chunks.resize_last(block, old.size(), new.size());
        }
        Ok(NonNull::slice_from_raw_parts(block, new.size()))
    }
}

// SAFETY: it calls only its parent, which never allocates from the default, and reads the thread's index, which is possible inside
// the default. Chunks do not move with the value.
unsafe impl<A: GlobalAllocator> GlobalAllocator for SyncArena<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for SyncArena<A> {}
impl<A: Allocator + CallsMalloc> CallsMalloc for SyncArena<A> {}

// SAFETY: the arena's blocks lie in its chunks, and blocks of allocators that take no memory from it do not.
unsafe impl<A: Allocator> Owns for SyncArena<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        self.owns(block)
    }
}

impl Default for SyncArena {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Allocator> fmt::Debug for SyncArena<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncArena")
            .field("capacity_bytes", &self.capacity_bytes())
            .field("chunks", &self.supply.chunks.iter().count())
            .finish_non_exhaustive()
    }
}
