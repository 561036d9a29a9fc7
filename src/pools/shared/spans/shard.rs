//! A shard: the spans from which one thread, or a few, take blocks. Its lock is rarely contended, since other threads
//! acquire it only to free a batch of its blocks.

use core::cell::Cell;
use core::ops::{Deref, Range};
use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::class::{CLASSES, ClassInfo};
use super::span::{BlockBuffer, Span};
use crate::pools::shared::chunks::{Chunks, Slice, SliceRange, SliceRequest, SliceUse};
use crate::pools::shared::options::Options;
use crate::pools::size_class::size_of_class;
use crate::sync::list::List;
use crate::threads::lock::Lock;

/// The number of shards. The thread with index `i` uses the shard `i % SHARDS`.
pub(crate) const SHARDS: usize = 32;

/// The spans of a shard. Zero bytes are a shard without spans.
///
/// Aligned to two lines of the processor's cache, since processors fetch lines in pairs.
///
/// # Invariants
///
/// 1. A span of which all blocks are free, and none hidden, is in `empty`. Any other span with a free block is in
///    `partial`. A span without one is in no list.
/// 2. All but `outside` is used under the lock of the shard; `outside` changes under it.
#[repr(C, align(128))]
#[derive(Debug)]
pub(crate) struct Shard {
    /// Blocks are taken from the first span. A span that was full goes to the end, to have more free blocks when its
    /// turn comes.
    pub(super) partial: [List<Slice>; CLASSES],
    /// Used when `partial` has no span.
    empty: [List<Slice>; CLASSES],
    empty_count: [Cell<u32>; CLASSES],
    /// The blocks of the shard that are not in its spans: in use, or in the caches of threads.
    outside: [AtomicUsize; CLASSES],
}

/// The lock of a shard, on a line of its own in the processor's cache. It is not part of the shard: a fork acquires the
/// locks of all shards, and so writes to one page rather than to one for each shard.
#[repr(align(64))]
#[derive(Debug)]
pub(crate) struct ShardLock(pub(crate) Lock);

/// A shard, and the parts of the heap that its operations use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShardRef<'a> {
    pub(crate) lock: &'a Lock,
    pub(crate) shard: &'a Shard,
    pub(crate) index: u8,
    pub(crate) chunks: &'a Chunks,
    /// The options in force for this call of the pool.
    pub(crate) options: &'a Options,
}

/// The thread that takes blocks of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taker {
    /// A thread that uses this shard. It may add spans to it.
    Owner,
    /// A thread of another shard.
    Other,
}

impl Deref for ShardRef<'_> {
    type Target = Shard;

    fn deref(&self) -> &Shard {
        self.shard
    }
}

/// Returns a request for the slices of a span.
pub(crate) fn span_request(class: usize, shard: u8) -> SliceRequest {
    let slices = ClassInfo::of(class).slices as usize;
    SliceRequest { count: slices, align: slices, slice_use: SliceUse::Span(class), shard }
}

/// Returns the number of blocks of `class` that are not in the spans of these shards.
pub(crate) fn blocks_outside_spans(shards: &[Shard], class: usize) -> usize {
    shards.iter().map(|shard| shard.outside[class].load(Relaxed)).fold(0, usize::wrapping_add)
}

/// Returns the bytes of the blocks of `classes` that are not in the spans of these shards.
pub(crate) fn bytes_outside_spans(shards: &[Shard], classes: Range<usize>) -> usize {
    let bytes = |class| blocks_outside_spans(shards, class).wrapping_mul(size_of_class(class));
    classes.map(bytes).fold(0, usize::wrapping_add)
}

impl Shard {
    /// Adds to the number of blocks outside the spans, modulo 2^N. Under the lock.
    fn add_outside(&self, class: usize, change: usize) {
        self.outside[class].store(self.outside[class].load(Relaxed).wrapping_add(change), Relaxed);
    }
}

impl ShardRef<'_> {
    /// Takes blocks of `class` until the buffer is full, and returns their number: less than that if the spans have no
    /// more. If they have none, it adds a span, for the owner, unless no chunk has the slices. It adds a span of the
    /// slices `new` before.
    ///
    /// # Safety
    ///
    /// 1. `buffer` may be written.
    /// 2. `new` was taken for a span of `class` of this shard, and has no other use yet.
    pub(crate) unsafe fn take(
        &self,
        taker: Taker,
        class: usize,
        new: Option<SliceRange>,
        buffer: BlockBuffer,
    ) -> usize {
        let info = ClassInfo::of(class);
        let _held = self.lock.lock();
        if let Some(range) = new {
            // SAFETY: by (2) of `# Safety`; the lock is held.
            unsafe { self.add_new(class, range) };
        }
        let list = &self.partial[class];
        let mut count = 0;
        while count < buffer.capacity {
            let span = match (list.first(), self.empty[class].first()) {
                (Some(first), _) => Span::of_header(first),
                (None, Some(first)) => {
                    let span = Span::of_header(first);
                    // SAFETY: the lock is held, and the span is the first of the list.
                    unsafe { self.remove_empty(class, span) };
                    // SAFETY: the span is in no list now.
                    unsafe { list.push_front(first) };
                    span
                }
                (None, None) if count > 0 || taker == Taker::Other => break,
                (None, None) => {
                    let Some(range) = self.chunks.take(span_request(class, self.index)) else { break };
                    // SAFETY: the range was just taken for that; the lock is held.
                    unsafe { self.add_new(class, range) };
                    continue;
                }
            };
            // SAFETY: `count` is less than the capacity of the buffer.
            let start = unsafe { buffer.start.add(count) };
            let rest = BlockBuffer { start, capacity: buffer.capacity - count };
            // SAFETY: (1) the lock is held. (2) The list contains spans of `class`. (3) By (1) of `# Safety`.
            count += unsafe { span.take(info, rest) };
            if span.header().free_blocks.load(Relaxed) == 0 {
                // SAFETY: the span is the first of the list.
                unsafe { list.remove(span.header_ptr()) };
            }
        }
        self.add_outside(class, count);
        if new.is_some() {
            // While the lock was not held, the parent or another thread may have freed blocks, so that the new span is
            // not needed.
            self.trim(class);
        }
        count
    }

    /// Frees the blocks of `blocks` that belong to this shard, and moves the others to the front. Returns the number of
    /// the others; or one that is free already, and then the process must end.
    ///
    /// # Safety
    ///
    /// The blocks are blocks of `class` that no thread uses.
    pub(crate) unsafe fn free_blocks(&self, class: usize, blocks: &mut [*mut u8]) -> Result<usize, *mut u8> {
        let info = ClassInfo::of(class);
        let _held = self.lock.lock();
        let (mut at, mut others) = (0, 0);
        while let Some(&block) = blocks.get(at) {
            // SAFETY: a pointer to a block is not null.
            let block = unsafe { NonNull::new_unchecked(block) };
            // SAFETY: by `# Safety` of this fn.
            let span = unsafe { Span::of(block, info) };
            if span.header().shard.load(Relaxed) != self.index {
                blocks[others] = block.as_ptr();
                others += 1;
                at += 1;
                continue;
            }
            // SAFETY: (1) the lock is held. (2) By `# Safety` of this fn; the span is that of the first block.
            at += unsafe { self.free_in_span(class, span, &blocks[at..]) }?;
        }
        self.add_outside(class, others.wrapping_sub(blocks.len()));
        Ok(others)
    }

    /// Frees one block, and returns whether it was in use.
    ///
    /// # Safety
    ///
    /// The block is a block of `class` and of this shard that no thread uses.
    pub(crate) unsafe fn free_block(&self, class: usize, block: NonNull<u8>) -> bool {
        let _held = self.lock.lock();
        // SAFETY: by `# Safety` of this fn.
        let span = unsafe { Span::of(block, ClassInfo::of(class)) };
        // SAFETY: (1) the lock is held. (2) By `# Safety` of this fn.
        if unsafe { self.free_in_span(class, span, &[block.as_ptr()]) }.is_err() {
            return false;
        }
        self.add_outside(class, 1_usize.wrapping_neg());
        true
    }

    /// Frees the leading blocks of `blocks`, up to the first that belongs to another span, and returns their number; or
    /// returns the first that is free already.
    ///
    /// # Safety
    ///
    /// 1. The lock is held.
    /// 2. The blocks are blocks of `class` that no thread uses, and the first belongs to `span`.
    #[inline(always)]
    unsafe fn free_in_span(&self, class: usize, span: Span, blocks: &[*mut u8]) -> Result<usize, *mut u8> {
        let info = ClassInfo::of(class);
        let was_full = span.header().free_blocks.load(Relaxed) == 0;
        // SAFETY: by `# Safety` of this fn.
        let count = unsafe { span.free(info, blocks) }?;
        if was_full {
            // SAFETY: a full span is in no list, by invariant 1 of `Shard`.
            unsafe { self.partial[class].push_back(span.header_ptr()) };
        }
        if span.header().free_blocks.load(Relaxed) == info.capacity {
            self.after_last_free(class, span);
        }
        Ok(count)
    }

    /// Moves a span that has become empty to the list of those, and releases it if the shard has enough of them. Under
    /// the lock.
    #[cold]
    pub(super) fn after_last_free(&self, class: usize, span: Span) {
        // SAFETY: before, the span was not empty, so by invariant 1 of `Shard` it was in this list; or it was full, and
        // was pushed to it.
        unsafe { self.partial[class].remove(span.header_ptr()) };
        // SAFETY: the lock is held, and the span is in no list now.
        unsafe { self.add_empty(class, span) };
        self.trim(class);
    }

    /// Releases the span that became empty last, if there are too many. The shard keeps the only span with free blocks,
    /// which will be needed soon, and some long spans. Under the lock.
    fn trim(&self, class: usize) {
        let Some(newest) = self.empty[class].first() else { return };
        let count = self.empty_count[class].get();
        let is_only = self.partial[class].first().is_none() && count == 1;
        let is_kept = is_only || count <= ClassInfo::of(class).max_empty_spans;
        if !is_kept || !self.chunks.may_keep_empty_spans(self.options.retain) {
            // SAFETY: the lock is held, and the span is the first of the list.
            unsafe { self.release_empty(class, Span::of_header(newest)) };
        }
    }

    /// Releases all empty spans.
    pub(crate) fn release_all_empty(&self) {
        let _held = self.lock.lock();
        for class in 0..CLASSES {
            while let Some(first) = self.empty[class].first() {
                // SAFETY: the lock is held, and the span is the first of the list.
                unsafe { self.release_empty(class, Span::of_header(first)) };
            }
        }
    }

    /// Adds a new span.
    ///
    /// # Safety
    ///
    /// 1. The lock is held.
    /// 2. The slices were taken for a span of `class` of this shard, and have no other use yet.
    unsafe fn add_new(&self, class: usize, range: SliceRange) {
        // SAFETY: by (2) of `# Safety`.
        let span = unsafe { Span::init(range.chunk, range.first, ClassInfo::of(class), range.contents) };
        // SAFETY: the lock is held. A new span is in no list.
        unsafe { self.add_empty(class, span) };
    }

    /// Puts an empty span into the list of those.
    ///
    /// # Safety
    ///
    /// 1. The lock is held.
    /// 2. The span is an empty one of `class`, in no list.
    unsafe fn add_empty(&self, class: usize, span: Span) {
        // SAFETY: by `# Safety` of this fn. The header of a slice stays where it is.
        unsafe { self.empty[class].push_front(span.header_ptr()) };
        self.empty_count[class].set(self.empty_count[class].get() + 1);
        self.chunks.add_empty_span(ClassInfo::of(class).slices as usize);
    }

    /// Removes a span from the list of empty ones.
    ///
    /// # Safety
    ///
    /// 1. The lock is held.
    /// 2. The span is in the list of empty spans of `class`.
    unsafe fn remove_empty(&self, class: usize, span: Span) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.empty[class].remove(span.header_ptr()) };
        self.empty_count[class].set(self.empty_count[class].get() - 1);
        self.chunks.remove_empty_span(ClassInfo::of(class).slices as usize);
    }

    /// Releases an empty span.
    ///
    /// # Safety
    ///
    /// Those of [`remove_empty`](Self::remove_empty).
    unsafe fn release_empty(&self, class: usize, span: Span) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.remove_empty(class, span) };
        // When the slice is taken for another span, `Chunk::span_at` may read the number before that span is initialised.
        span.header().free_blocks.store(0, Relaxed);
        let slices = ClassInfo::of(class).slices as usize;
        self.chunks.release(*self.options, span.chunk(), span.first_slice(), slices);
    }

    /// Returns whether a block is free, in its span.
    ///
    /// # Safety
    ///
    /// The block is a block of `class` and of this shard.
    pub(crate) unsafe fn is_free(&self, class: usize, block: NonNull<u8>) -> bool {
        let _held = self.lock.lock();
        // SAFETY: by `# Safety` of this fn.
        let span = unsafe { Span::of(block, ClassInfo::of(class)) };
        // SAFETY: (1) the lock is held. (2) By `# Safety` of this fn.
        unsafe { span.is_free(ClassInfo::of(class), block) }
    }
}
