//! Blocks of size classes move between caches and shards.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;

use super::HeapRef;
use crate::api::{AllocError, Allocator};
use crate::pools::shared::cache::{BinEvent, Cache};
use crate::pools::shared::chunks::SliceRange;
use crate::pools::shared::misuse::{Misuse, abort};
use crate::pools::shared::spans::{BlockBuffer, ClassInfo, SHARDS, Span, Taker, span_request};
use crate::sync::clock;
use crate::threads;

impl<A: Allocator> HeapRef<'_, A> {
    /// Fills an empty bin up to half, and takes a block from it. `None` if there is no memory.
    pub(crate) fn refill(&self, cache: &Cache, class: usize) -> Option<NonNull<u8>> {
        let most = max_bin_after(cache, class, BinEvent::Empty);
        let was_open = cache.is_open(class);
        if !self.open_bin(cache, class) {
            return self.allocate_block(class).ok();
        }
        let own = cache.shard();
        self.take_blocks(own, class, |shard, new| {
            // The parent may have used the pool, and so have closed the bin.
            self.open_bin(cache, class);
            // SAFETY: (1) `fill` passes entries of the bin. (2) `take_blocks` passes slices that it has taken for that.
            cache.fill(class, |buffer| unsafe { self.take_from(shard, own, class, new, buffer) })
        });
        // A bin that was not open has not run empty.
        if was_open {
            self.grow_bin(cache, class, most);
        }
        let block = cache.bin(class).pop();
        if block.is_none() && !cache.is_open(class) {
            return self.allocate_block(class).ok();
        }
        self.after_bin_change(cache);
        block
    }

    /// Pushes a block onto its bin. If the bin is full, the older half of it is freed before. Returns whether the block
    /// is in the bin: otherwise the caller has to free it.
    ///
    /// # Safety
    ///
    /// It is a block of `class` that no thread uses.
    pub(crate) unsafe fn push(&self, cache: &Cache, class: usize, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        if !cache.is_open(class) && unsafe { shard_of(block, class) } != cache.shard() && cache.returns_to_owner() {
            return false;
        }
        let most = max_bin_after(cache, class, BinEvent::Full);
        if !self.open_bin(cache, class) {
            return false;
        }
        // Succeeds if the bin was closed before.
        if cache.bin(class).push(block) {
            return true;
        }
        cache.flush(class, cache.capacity(class) / 2, |blocks| self.free_blocks(class, blocks));
        self.grow_bin(cache, class, most);
        self.after_bin_change(cache);
        cache.bin(class).push(block)
    }

    fn after_bin_change(&self, cache: &Cache) {
        let now = clock::now();
        self.sweep(cache, now);
        self.maybe_reclaim_at(now);
    }

    /// Takes blocks of the shard `own`, which gets a new span if it needs one and there is memory; or else of any
    /// shard. `take_from` takes blocks of a shard, after it has added a span of new slices to it if it is given some,
    /// and returns their number.
    ///
    /// When the parent is called, no lock is held, and `take_from` is not running.
    fn take_blocks(&self, own: u8, class: usize, take_from: impl Fn(u8, Option<SliceRange>) -> usize) {
        if take_from(own, None) > 0 {
            return;
        }
        let half_full = |bytes| self.chunks_half_full(bytes);
        if let Ok(new) = self.chunks.take_additional(self.parent, span_request(class, own), half_full) {
            take_from(own, Some(new));
            return;
        }
        // Any shard, including `own`: another thread may have got a chunk meanwhile.
        (0..SHARDS as u8).find(|&shard| take_from(shard, None) > 0);
    }

    /// Takes blocks of a shard, for a thread that uses the shard `own`.
    ///
    /// # Safety
    ///
    /// 1. `buffer` may be written.
    /// 2. `new` was taken for a span of `class` of this shard, and has no other use yet.
    unsafe fn take_from(
        &self,
        shard: u8,
        own: u8,
        class: usize,
        new: Option<SliceRange>,
        buffer: BlockBuffer,
    ) -> usize {
        let taker = if shard == own { Taker::Owner } else { Taker::Other };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.shard(shard).take(taker, class, new, buffer) }
    }

    /// Allocates one block of `class`, for a thread without a cache.
    pub(crate) fn allocate_block(&self, class: usize) -> Result<NonNull<u8>, AllocError> {
        let mut block = ptr::null_mut();
        let buffer = BlockBuffer { start: NonNull::from(&mut block), capacity: 1 };
        // Threads without an index are spread over the shards by the addresses of their stacks.
        let own = (threads::thread_index().unwrap_or(buffer.start.addr().get() >> 20) % SHARDS) as u8;
        self.take_blocks(own, class, |shard, new| {
            // SAFETY: (1) the buffer has room for one. (2) `take_blocks` passes slices that it has taken for that.
            unsafe { self.take_from(shard, own, class, new, buffer) }
        });
        self.maybe_reclaim();
        NonNull::new(block).ok_or(AllocError)
    }

    /// Frees blocks of a bin, which no thread uses.
    pub(super) fn free_blocks(&self, class: usize, blocks: &mut [*mut u8]) {
        let mut left = blocks.len();
        while let Some(first) = blocks[..left].first().and_then(|&block| NonNull::new(block)) {
            // SAFETY: a block of a bin is of its class, by invariant 2 of `Cache`.
            let shard = unsafe { shard_of(first, class) };
            // SAFETY: as above.
            let others = unsafe { self.shard(shard).free_blocks(class, &mut blocks[..left]) };
            // The lock of the shard is released, since the program may have a handler for its end.
            left = others.unwrap_or_else(|block| abort(Misuse::TwiceBefore, block, None));
        }
    }

    /// Frees one block, and returns whether it was in use.
    ///
    /// # Safety
    ///
    /// It is a block of `class` that no thread uses.
    pub(crate) unsafe fn free_block(&self, class: usize, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        let shard = unsafe { shard_of(block, class) };
        // SAFETY: by `# Safety` of this fn.
        let was_in_use = unsafe { self.shard(shard).free_block(class, block) };
        self.maybe_reclaim();
        was_in_use
    }

    /// Returns whether a block is free in its span.
    ///
    /// # Safety
    ///
    /// It is a block of `class`.
    pub(crate) unsafe fn is_free(&self, class: usize, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        let shard = unsafe { shard_of(block, class) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.shard(shard).is_free(class, block) }
    }
}

/// Notes an event of a bin, and returns the largest capacity of the bin from then on. If the bin was empty and is full
/// now, or was full and is empty now, then a larger bin would have served its thread for longer.
fn max_bin_after(cache: &Cache, class: usize, event: BinEvent) -> usize {
    let info = ClassInfo::of(class);
    let before = cache.events[class].replace(event);
    let in_turns = before != BinEvent::None && before != event;
    (if in_turns { info.max_bin } else { info.max_bin_one_way }) as usize
}

/// Returns the index of the shard that owns a block.
///
/// # Safety
///
/// It is a block of `class`.
unsafe fn shard_of(block: NonNull<u8>, class: usize) -> u8 {
    // SAFETY: by `# Safety` of this fn.
    unsafe { Span::of(block, ClassInfo::of(class)) }.header().shard.load(Relaxed)
}
