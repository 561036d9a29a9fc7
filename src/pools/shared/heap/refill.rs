//! Blocks of classes, between caches and shards.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;

use super::Heap;
use crate::api::{AllocError, Allocator};
use crate::pools::shared::cache::{Cache, Event};
use crate::pools::shared::chunks::Taken;
use crate::pools::shared::misuse::{Misuse, abort};
use crate::pools::shared::options::Options;
use crate::pools::shared::parent::Parent;
use crate::pools::shared::spans::{Class, Room, SHARDS, Span, span_request};
use crate::sync::clock;
use crate::threads;

impl Heap {
    /// Fills an empty bin, and takes a block from it, if there is memory.
    pub(crate) fn fill<A: Allocator>(&self, parent: Parent<'_, A>, cache: &Cache, class: usize) -> Option<NonNull<u8>> {
        let most = most_after(cache, class, Event::Empty);
        let is_new = !cache.is_open(class);
        if !self.open(cache, class) {
            return self.take_one(parent, class).ok();
        }
        let own = cache.shard();
        self.take(parent, own, class, |shard, new| {
            // The parent may have used this pool, and had the bin closed.
            self.open(cache, class);
            // SAFETY: there is room; what is new was taken for that.
            cache.fill(class, |room| unsafe { self.take_from((shard, own), parent.options, class, new, room) })
        });
        // A bin that was opened now has not run empty.
        if !is_new {
            self.grow(cache, class, most);
        }
        let block = cache.bin(class).take();
        if block.is_none() && !cache.is_open(class) {
            return self.take_one(parent, class).ok();
        }
        self.after_event(parent, cache);
        block
    }

    /// Puts a block into its bin, half of which is emptied first if it is full. Says whether it belongs there.
    ///
    /// # Safety
    ///
    /// It is a block of `class` that nobody uses.
    pub(crate) unsafe fn put_in_bin<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        cache: &Cache,
        class: usize,
        block: NonNull<u8>,
    ) -> bool {
        // SAFETY: by `# Safety` of this fn.
        if !cache.is_open(class) && unsafe { shard_of(block, class) } != cache.shard() && cache.goes_home() {
            return false;
        }
        let most = most_after(cache, class, Event::Full);
        if !self.open(cache, class) {
            return false;
        }
        // There is room if it was opened only now.
        if cache.bin(class).put(block) {
            return true;
        }
        cache.empty(class, cache.half(class), |blocks| self.put(parent.options, class, blocks));
        self.grow(cache, class, most);
        self.after_event(parent, cache);
        cache.bin(class).put(block)
    }

    fn after_event<A: Allocator>(&self, parent: Parent<'_, A>, cache: &Cache) {
        let now = clock::tick();
        self.sweep(parent.options, cache, now);
        self.tick_at(parent, now);
    }

    /// Has `take_from` take blocks of a shard: of `own`, which gets a new span if it needs one and there is memory; or of any.
    ///
    /// No lock is held, and nothing is under way, when the parent is asked, which may use this pool.
    fn take<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        own: u8,
        class: usize,
        take_from: impl Fn(u8, Option<Taken>) -> usize,
    ) {
        if take_from(own, None) > 0 {
            return;
        }
        if let Ok(taken) = self.chunks.take_new(parent, span_request(class, own), |bytes| self.is_dense(bytes)) {
            take_from(own, Some(taken));
            return;
        }
        // Its own as well: another thread may have been given a chunk meanwhile.
        (0..SHARDS as u8).find(|&shard| take_from(shard, None) > 0);
    }

    /// Takes blocks of a shard for a thread that has the shard `own`.
    ///
    /// # Safety
    ///
    /// There is room, and `new` was taken for a span of `class`, now.
    unsafe fn take_from(
        &self,
        (shard, own): (u8, u8),
        options: Options,
        class: usize,
        new: Option<Taken>,
        room: Room,
    ) -> usize {
        let of_shard = (shard, shard != own);
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.shard(shard).take(&self.chunks, options, of_shard, class, new, room) }
    }

    /// One block of `class`, for a thread without a cache.
    pub(crate) fn take_one<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        class: usize,
    ) -> Result<NonNull<u8>, AllocError> {
        let mut block = ptr::null_mut();
        let room = Room { at: NonNull::from(&mut block), most: 1 };
        // Threads without a number have stacks of their own at least, so they do not all wait for one lock.
        let own = (threads::number().unwrap_or(room.at.addr().get() >> 20) % SHARDS) as u8;
        self.take(parent, own, class, |shard, new| {
            // SAFETY: there is room for one; what is new was taken for that.
            unsafe { self.take_from((shard, own), parent.options, class, new, room) }
        });
        self.tick(parent);
        NonNull::new(block).ok_or(AllocError)
    }

    /// Gives blocks of a bin, which nobody uses, back to their spans.
    pub(super) fn put(&self, options: Options, class: usize, blocks: &mut [*mut u8]) {
        let mut left = blocks.len();
        while let Some(first) = blocks[..left].first().and_then(|&block| NonNull::new(block)) {
            // SAFETY: it is of that class.
            let shard = unsafe { shard_of(first, class) };
            let of_shard = self.shard(shard);
            // SAFETY: as above; by the contract of `deallocate` nobody uses them.
            let put = unsafe { of_shard.put(&self.chunks, options, shard, class, &mut blocks[..left]) };
            // With no lock held: the program may have a handler for its end.
            left = put.unwrap_or_else(|block| abort(Misuse::TwiceBefore, block, None));
        }
    }

    /// Gives one block back, and says whether it was not free already.
    ///
    /// # Safety
    ///
    /// It is a block of `class`.
    pub(crate) unsafe fn put_one<A: Allocator>(&self, parent: Parent<'_, A>, class: usize, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        let shard = unsafe { shard_of(block, class) };
        // SAFETY: by `# Safety` of this fn.
        let was_in_use = unsafe { self.shard(shard).put_one(&self.chunks, parent.options, class, block) };
        self.tick(parent);
        was_in_use
    }

    /// Whether a block is with its span.
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

/// The most blocks that a bin may hold after an event: a bin that was empty and is full, or the other way round, would have served its
/// thread longer if it had held more.
fn most_after(cache: &Cache, class: usize, event: Event) -> usize {
    let of = Class::of(class);
    let before = cache.events[class].replace(event);
    let is_turn = before != Event::None && before != event;
    (if is_turn { of.most } else { of.most_one_way }) as usize
}

/// The shard that a block belongs to.
///
/// # Safety
///
/// It is a block of `class`.
unsafe fn shard_of(block: NonNull<u8>, class: usize) -> u8 {
    // SAFETY: by `# Safety` of this fn.
    unsafe { Span::of(block, Class::of(class)) }.slice().shard.load(Relaxed)
}
