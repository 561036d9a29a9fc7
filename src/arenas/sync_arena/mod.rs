mod shared_chunks;

use core::fmt;
use core::ptr::{self, NonNull};

use super::cursor::Cursor;
use crate::api::replace::{grow_and_zero, replace, zero_rest};
use crate::api::translate::dangling;
use crate::api::{AllocError, Allocator, CallsMalloc, GlobalAllocator, Layout, Owns};
use crate::sources::Pages;
use crate::sync::{AtomicPtr, Ordering};
use crate::threads::Slots;
use shared_chunks::{MIN_ALIGN, Raw, SharedChunks};

/// A bump allocator that threads share by reference; each bumps in a span of its own, so that none waits for another.
///
/// ```text
///      a chunk: from 256 KiB to 4 MiB
///     +--+------------+------------+------------+--------------------+
///     |##| span of    | span of    | a large    | not cut yet        |
///     |  | thread 1   | thread 2   | block      |                    |
///     +--+------------+------------+------------+--------------------+
/// ```
///
/// Take one when threads build one thing together that ends at once; or as the default of a program that ends before it would
/// have to free anything: `AsGlobal<SyncArena>`.
///
/// * **Collections** take `&arena`, or the arena itself.
/// * **Cost**: two loads more than an `Arena`: the thread's number, and its span. No lock anywhere, and no atomic
///   read-modify-write but where a thread takes a span, 32 KiB at a time, or a block of 8 KiB or more.
/// * **Free**: a thread takes back the last block of its span, and lets it grow and shrink where it is; so it is with the last
///   large block of all. A free of any other does nothing.
/// * **Memory**: none before the first use; then chunks from the parent, doubling from 256 KiB to 4 MiB. A block too large for
///   the next one gets a chunk of its own. A thread that ends leaves its span to the next one that starts.
/// * **Size**: 4 KiB, a pointer for each of 512 threads. Threads beyond that cut their blocks straight from the chunk: an atomic
///   read-modify-write each.
/// * **Alignment**: blocks start at multiples of 8; larger aligns are served.
/// * **Threads**: `Sync` if the parent is. **Fork**: the child has copies, and can go on.
/// * **Reset** is by value, since an arena that is borrowed has blocks in use.
/// * **Drop** gives all chunks back to the parent. The default is never dropped.
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
    spans: Slots<Span>,
    chunks: SharedChunks,
    /// The least size of a chunk.
    least: usize,
    parent: A,
}

/// At the start of the bytes it describes, so that two spans are never neighbours without a gap.
#[repr(C, align(16))]
struct Span {
    cursor: Cursor<MIN_ALIGN>,
}

/// What a thread cuts out of a chunk at a time.
const SPAN: usize = 32 << 10;
/// Blocks from here on are cut out of the chunk, so that no thread leaves much of a span.
const LARGE: usize = SPAN / 4;
const FIRST_CHUNK: usize = 256 << 10;
const LARGEST_CHUNK: usize = 4 << 20;

/// The span of whoever has none: it refuses every request.
static VACANT: Vacant = Vacant(Span { cursor: Cursor::refusing() });

struct Vacant(Span);

// SAFETY: nobody writes to it. What refuses every request does not move its position, and no block ends there.
unsafe impl Sync for Vacant {}

// SAFETY: a thread reaches only the span at its number, which no other living thread has; what is shared beside them is
// atomic. The parent is called by any thread, and is `Sync`.
unsafe impl<A: Allocator + Sync> Sync for SyncArena<A> {}
// SAFETY: the chunks are the arena's alone, from a parent that may be sent.
unsafe impl<A: Allocator + Send> Send for SyncArena<A> {}

impl SyncArena {
    /// An arena without memory, over whole pages from the operating system; chunks of 2 MiB and more are advised to be huge
    /// pages.
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
    /// An arena without memory, over `parent`.
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
        let chunks =
            SharedChunks { newest: AtomicPtr::new(ptr::null_mut()), oversize: AtomicPtr::new(ptr::null_mut()) };
        Self { spans: Slots::new(&raw const VACANT.0), chunks, least: FIRST_CHUNK, parent }
    }

    /// The allocator that chunks come from.
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
        &self.parent
    }

    /// Frees every block and keeps the largest chunk; the others go back to the parent.
    ///
    /// If there were several, the next one will be as large as all of them were. So an arena that is filled and reset again and
    /// again soon has one chunk of the right size.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SyncArena, collections::Vec};
    ///
    /// let arena = SyncArena::new();
    /// let bytes: Vec<u8, _> = Vec::with_capacity_in(1_000_000, &arena);
    /// std::mem::forget(bytes); // never dropped, and yet free after the reset
    /// let arena = arena.reset();
    /// assert!(arena.capacity_bytes() >= 1_000_000);
    /// ```
    #[must_use = "a dropped arena gives all its memory back"]
    pub fn reset(self) -> Self {
        self.restart(usize::MAX)
    }

    /// As [`reset`](Self::reset), but keeps the largest chunk that has at most `max_bytes`, as
    /// [`capacity_bytes`](Self::capacity_bytes) counts them; and what there was does not make the next one larger than that
    /// (or 256 KiB).
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
    #[must_use = "a dropped arena gives all its memory back"]
    pub fn reset_keep_at_most(self, max_bytes: usize) -> Self {
        self.restart(max_bytes)
    }

    /// Keeps the largest chunk of at most `max` bytes.
    fn restart(mut self, max: usize) -> Self {
        if self.chunks.iter().count() > 1 {
            self.least = self.capacity_bytes();
        }
        self.least = self.least.min(max).clamp(FIRST_CHUNK, isize::MAX as usize / 2);
        // Its spans are about to go.
        self.spans = Slots::new(&raw const VACANT.0);
        let largest = self.chunks.iter().filter(|raw| raw.size <= max).max_by_key(|raw| raw.size);
        let others = self.chunks.iter().filter(|raw| largest.as_ref().is_none_or(|largest| largest.start != raw.start));
        // SAFETY: the arena is not borrowed, so no block is in use; each chunk is read before it is freed.
        others.for_each(|raw| unsafe { self.free(&raw) });
        self.chunks.restart(largest.as_ref());
        self
    }

    /// The bytes of all chunks, in use or not. A walk through the chunks.
    ///
    /// # Examples
    ///
    /// As for [`reset`](Self::reset).
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.chunks.iter().map(|raw| raw.size).sum()
    }

    /// Whether a live block of this arena is at `block`: whether its address is that of a chunk. A walk through the chunks.
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
        self.chunks.iter().any(|raw| block.addr().get().wrapping_sub(raw.start.addr().get()) < raw.size)
    }

    /// The cursor of the calling thread.
    #[inline(always)]
    fn cursor(&self) -> &Cursor<MIN_ALIGN> {
        // SAFETY: the slots point to spans in the arena's chunks, which stay while it is borrowed, or to `VACANT`. No other
        // thread uses this one's.
        unsafe { &(*self.spans.own()).cursor }
    }

    #[inline(always)]
    fn take(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        match self.cursor().take(layout) {
            Some(block) => Ok(block),
            None => self.take_elsewhere(layout, false).map(|(block, _)| block),
        }
    }

    /// Allocates where the thread's span has no room. Says whether the block is known to be zero.
    #[cold]
    #[inline(never)]
    fn take_elsewhere(&self, layout: Layout, zeroed: bool) -> Result<(NonNull<u8>, bool), AllocError> {
        if layout.size() == 0 {
            return Ok((dangling(layout).cast(), true));
        }
        // With the padding that a large align may need.
        if layout.size().saturating_add(layout.align()) < LARGE {
            if let Some(slot) = self.spans.slot() {
                // If the thread has only just got its number, there may be a span of the last thread that had it.
                if let Some(block) = self.cursor().take(layout) {
                    return Ok((block, false));
                }
                // Where there is no memory for a span there may be for the block.
                if let Ok(cursor) = self.new_span(slot) {
                    return cursor.take(layout).map(|block| (block, false)).ok_or(AllocError);
                }
            }
        }
        self.cut(layout, zeroed)
    }

    /// Gives the calling thread, whose slot this is, a fresh span.
    fn new_span(&self, slot: &AtomicPtr<Span>) -> Result<&Cursor<MIN_ALIGN>, AllocError> {
        let layout = Layout::from_size_align(SPAN, align_of::<Span>()).map_err(|_| AllocError)?;
        let (start, _) = self.cut(layout, false)?;
        let span = start.cast::<Span>();
        // SAFETY: the bytes are fresh, aligned, and so many.
        unsafe { span.write(Span { cursor: Cursor::empty() }) };
        // SAFETY: the span stays while the arena is borrowed, and only this thread uses it.
        let cursor = unsafe { &span.as_ref().cursor };
        // SAFETY: so many bytes there are,
        let end = unsafe { start.byte_add(SPAN) };
        // SAFETY: and these are not the span's own.
        let first = unsafe { start.byte_add(size_of::<Span>()) };
        // SAFETY: the bytes in between are nobody else's; the first is aligned to 16.
        unsafe { cursor.set(first, end) };
        // Release: the child of a fork, where this thread may be missing, sees a span that is made.
        slot.store(span.as_ptr(), Ordering::Release);
        Ok(cursor)
    }

    /// Cuts a block out of the newest chunk, or gets a chunk.
    fn cut(&self, layout: Layout, zeroed: bool) -> Result<(NonNull<u8>, bool), AllocError> {
        let size = SharedChunks::size_for(layout).ok_or(AllocError)?;
        loop {
            let newest = self.chunks.newest();
            if let Some(block) = self.chunks.cut(newest, layout) {
                return Ok((block, false));
            }
            let next = newest.size().saturating_mul(2).min(LARGEST_CHUNK).max(self.least);
            if size > next {
                let raw = self.get_chunk(size, zeroed)?;
                return Ok((self.chunks.add_oversize(&raw, layout), zeroed));
            }
            // A parent that is close to a limit may still have what is needed now; or another thread had it, and added it.
            let raw = match self.get_chunk(next, false).or_else(|_| self.get_chunk(size, false)) {
                Ok(raw) => raw,
                Err(_) if !self.chunks.is_newest(newest) => continue,
                Err(error) => return Err(error),
            };
            if !self.chunks.add(newest, &raw) {
                // SAFETY: it is the parent's, and was not added, so nobody else knows it.
                unsafe { self.free(&raw) };
            }
        }
    }

    fn get_chunk(&self, size: usize, zeroed: bool) -> Result<Raw, AllocError> {
        let layout = Layout::from_size_align(size, shared_chunks::ALIGN).map_err(|_| AllocError)?;
        let block = if zeroed { self.parent.allocate_zeroed(layout) } else { self.parent.allocate(layout) }?;
        Ok(Raw { start: block.cast(), size: block.len() })
    }

    /// # Safety
    ///
    /// `raw` came from the parent, and is not used again.
    unsafe fn free(&self, raw: &Raw) {
        if let Ok(layout) = Layout::from_size_align(raw.size, shared_chunks::ALIGN) {
            // SAFETY: by `# Safety` of this fn; the size is what the parent returned.
            unsafe { self.parent.deallocate(raw.start, layout) };
        }
    }

    /// Whether a block of this size may have been cut out of a chunk. If it is in a span and that is full and the last piece of
    /// the chunk, it ends where a piece does: so its bytes may go back to the chunk, but never to both.
    #[inline(always)]
    fn may_be_cut(size: usize) -> bool {
        size >= LARGE / 2
    }
}

// SAFETY: blocks are disjoint parts of chunks, and stay where they are until the arena is dropped or reset, both by value, or
// the block is the last of its span or chunk and given back. Moving the arena moves no chunk. Nothing unwinds but what the
// parent, an allocator, does: nothing.
unsafe impl<A: Allocator> Allocator for SyncArena<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.take(layout).map(|block| NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (block, zeroed) = match self.cursor().take(layout) {
            Some(block) => (block, false),
            None => self.take_elsewhere(layout, true)?,
        };
        let block = NonNull::slice_from_raw_parts(block, layout.size());
        if !zeroed {
            // SAFETY: the block may be written.
            unsafe { zero_rest(block, 0) };
        }
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        if !unsafe { self.cursor().give_back(block, layout.size()) } && Self::may_be_cut(layout.size()) {
            self.chunks.resize_last(block, layout.size(), 0);
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            let mut grown = unsafe { self.cursor().grow(block, old.size(), new.size()) };
            if grown.is_none() && Self::may_be_cut(old.size()) {
                grown = self.chunks.resize_last(block, old.size(), new.size());
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
        if !unsafe { self.cursor().shrink(block, old.size(), new.size()) } && Self::may_be_cut(old.size()) {
            self.chunks.resize_last(block, old.size(), new.size());
        }
        Ok(NonNull::slice_from_raw_parts(block, new.size()))
    }
}

// SAFETY: it calls nothing but its parent, which never reaches the default, and threads' numbers, which can be asked for inside
// it.
unsafe impl<A: GlobalAllocator> GlobalAllocator for SyncArena<A> {}
impl<A: Allocator + CallsMalloc> CallsMalloc for SyncArena<A> {}

// SAFETY: a block lies in one of the chunks, and no other allocator's does: they are the arena's alone.
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

impl<A: Allocator> Drop for SyncArena<A> {
    fn drop(&mut self) {
        // SAFETY: an arena that is dropped is not borrowed, so no block is in use; each chunk is read before it is freed.
        self.chunks.iter().for_each(|raw| unsafe { self.free(&raw) });
    }
}

impl<A: Allocator> fmt::Debug for SyncArena<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncArena")
            .field("capacity_bytes", &self.capacity_bytes())
            .field("chunks", &self.chunks.iter().count())
            .finish_non_exhaustive()
    }
}
