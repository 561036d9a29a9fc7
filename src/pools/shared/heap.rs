//! What all threads share of a pool. It lies in pages of its own, so that it stays where it is when the pool moves, and while a
//! fork looks for its locks: even after a pool was forgotten and its parent is gone.

use core::cell::Cell;
use core::iter;
use core::mem::offset_of;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use super::budget::Budget;
use super::cache::{Cache, Event};
use super::cache_table::CacheTable;
use super::chunk::{Chunk, SLICE, Use};
use super::chunks::{Chunks, Taken, Wanted};
use super::class::{CLASSES, Class};
use super::large::Large;
use super::look::Purge;
use super::options::Options;
use super::parent::Parent;
use super::report::{Misuse, abort};
use super::shard::{self, Guarded, Room, SHARDS, Shard, ShardLock};
use super::span::Span;
use super::unload::{self, Home};
use crate::api::{AllocError, Allocator, Layout};
use crate::sources::Pages;
use crate::sync::{clock, published};
use crate::threads;
use crate::threads::fork;
#[cfg(unix)]
use crate::threads::lock::Lock;

/// How many blocks a thread takes out of bins that it does not use before it goes on with what it came for.
const SWEPT_AT_ONCE: usize = 1024;

/// All zero bytes are an empty one, but for the options and the fork's entry.
///
/// # Invariants
///
/// 1. All that a fork writes to lies on the first page: each page that it writes to is copied, in the parent and in the child.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Heap {
    locks: [ShardLock; SHARDS],
    entry: fork::Entry,
    /// Whether this is the copy of a process's that other threads may have been using.
    is_forked: Cell<bool>,
    /// Of its pool.
    pub(super) options: Options,
    pub(super) purge: Purge,
    pub(super) budget: Budget,
    /// All caches, the newest first; each was some thread's once, and is some thread's again.
    caches: AtomicPtr<Cache>,
    pub(super) large: Large,
    pub(super) chunks: Chunks,
    /// Those of threads without a slot.
    pub(super) without_slot: CacheTable,
    shards: [Shard; SHARDS],
}

impl Heap {
    /// The heap at `place`; a new one, made for what `home` returns and with its options, if there is none.
    pub(super) fn get(place: &AtomicPtr<Self>, home: impl FnOnce() -> (Options, Home)) -> Result<&Self, AllocError> {
        // SAFETY: a heap lives as long as its pool.
        match published::find(place).map(|heap| unsafe { heap.as_ref() }) {
            Some(heap) => Ok(heap),
            None => Self::make(place, home()),
        }
    }

    #[cold]
    fn make(place: &AtomicPtr<Self>, (options, home): (Options, Home)) -> Result<&Self, AllocError> {
        let layout = Layout::new::<Self>();
        let heap: NonNull<Self> = Pages::new().allocate_zeroed(layout)?.cast();
        // SAFETY: within the block.
        let its_options = unsafe { &raw mut (*heap.as_ptr()).options };
        // SAFETY: nobody else knows it yet.
        unsafe { its_options.write(options) };
        let entry = Self::entry(heap);
        // SAFETY: as above.
        unsafe { entry.write(fork::Entry::new(heap)) };
        // Before anybody can hold a lock of it while another thread forks.
        // SAFETY: it stays until the pool is dropped, which removes it; or it is removed below.
        unsafe { fork::add(entry) };
        let Some(other) = published::put(place, heap) else {
            unload::note(home, heap.cast());
            // SAFETY: zero bytes are a heap but for the options, which were written.
            return Ok(unsafe { heap.as_ref() });
        };
        // SAFETY: added above.
        unsafe { fork::remove(entry) };
        // SAFETY: it came from there, and nobody knows it.
        unsafe { Pages::new().deallocate(heap.cast(), layout) };
        // SAFETY: another thread was faster; its heap lives as long as the pool.
        Ok(unsafe { other.as_ref() })
    }

    fn entry(heap: NonNull<Self>) -> NonNull<fork::Entry> {
        // SAFETY: within the heap's block.
        let entry = unsafe { &raw mut (*heap.as_ptr()).entry };
        // SAFETY: in a block, which is not at 0.
        unsafe { NonNull::new_unchecked(entry) }
    }

    /// Gives everything back.
    ///
    /// # Safety
    ///
    /// It was made with this parent, and nobody uses it any more.
    pub(super) unsafe fn free<A: Allocator>(heap: NonNull<Self>, parent: &A) {
        unload::forget(heap.cast());
        // SAFETY: it was added when it was made.
        unsafe { fork::remove(Self::entry(heap)) };
        // SAFETY: nobody else uses it.
        let this = unsafe { heap.as_ref() };
        // SAFETY: by `# Safety` of this fn.
        unsafe { this.chunks.free(parent) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { this.large.free(parent) };
        let mut next = NonNull::new(this.caches.load(Relaxed));
        while let Some(cache) = next {
            // SAFETY: a cache lives as long as the heap.
            next = NonNull::new(unsafe { cache.as_ref() }.previous.get());
            // SAFETY: it came from the parent, and nobody uses it.
            unsafe { parent.deallocate(cache.cast(), Layout::new::<Cache>()) };
        }
        // SAFETY: nobody else uses it.
        unsafe { this.without_slot.free() };
        // SAFETY: as above.
        unsafe { Pages::new().deallocate(heap.cast(), Layout::new::<Self>()) };
    }

    /// Empties all caches, and says whether no block is in use; if it is known what is in the caches.
    ///
    /// # Safety
    ///
    /// No thread uses the heap, but by its blocks.
    pub(super) unsafe fn is_idle(&self, options: Options) -> bool {
        if self.is_forked.get() {
            return false;
        }
        self.caches().for_each(|cache| self.drain(options, cache));
        let in_use = self.chunks.runs() + self.large.live();
        in_use == 0 && (0..CLASSES).all(|class| self.out(class) == 0)
    }

    pub(super) fn shard(&self, number: u8) -> Guarded<'_> {
        let number = usize::from(number);
        Guarded { lock: &self.locks[number].0, shard: &self.shards[number] }
    }

    /// The `allocator` of the heap's pool, and what there is to know of it.
    pub(super) fn parent<'a, A>(&'a self, allocator: &'a A) -> Parent<'a, A> {
        Parent { allocator, options: self.options, shards: &self.shards }
    }

    /// A cache for the thread with `number`, or a later one with that; unless it has one according to `own`, once the parent was
    /// asked, which may have used this pool.
    pub(super) fn new_cache<'a, A: Allocator>(
        &'a self,
        parent: Parent<'_, A>,
        number: usize,
        own: impl Fn() -> Option<&'a Cache>,
    ) -> Option<&'a Cache> {
        let parent = parent.allocator;
        let cache: NonNull<Cache> = parent.allocate_zeroed(Layout::new::<Cache>()).ok()?.cast();
        if let Some(own) = own() {
            // SAFETY: it came from there, and nobody knows it.
            unsafe { parent.deallocate(cache.cast(), Layout::new::<Cache>()) };
            return Some(own);
        }
        // SAFETY: zero bytes that nobody uses.
        unsafe { Cache::init(cache, number, clock::tick()) };
        // SAFETY: initialised, and lives as long as the heap.
        let this = unsafe { cache.as_ref() };
        // The pointer of the parent's, which may be given back.
        published::push(&self.caches, cache, |previous| this.previous.set(previous));
        self.budget.caches.fetch_add(1, Relaxed);
        Some(this)
    }

    /// All caches there are. They may be in use.
    pub(super) fn caches(&self) -> impl Iterator<Item = &Cache> {
        let mut next = published::find(&self.caches);
        iter::from_fn(move || {
            // SAFETY: a cache lives as long as the heap.
            let cache = unsafe { next?.as_ref() };
            next = NonNull::new(cache.previous.get());
            Some(cache)
        })
    }

    /// How many blocks of `class` are not in their spans.
    pub(super) fn out(&self, class: usize) -> usize {
        shard::out(&self.shards, class)
    }

    /// The bytes in use, not exactly: what caches may hold is taken for what they do.
    pub(super) fn lives(&self) -> usize {
        let out = shard::bytes_out(&self.shards, 0..CLASSES);
        out.saturating_sub(self.budget.used()) + self.chunks.runs() * SLICE + self.large.live()
    }

    /// The bytes that came from the parent: all but the heap's own.
    pub(super) fn held(&self) -> usize {
        let caches = self.caches().count() * size_of::<Cache>();
        self.chunks.held() + self.chunks.set_held() + self.large.held() + caches
    }

    /// Fills an empty bin, and takes a block from it, if there is memory.
    pub(super) fn fill<A: Allocator>(&self, parent: Parent<'_, A>, cache: &Cache, class: usize) -> Option<NonNull<u8>> {
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
    pub(super) unsafe fn put_in_bin<A: Allocator>(
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

    /// The bin takes blocks from now on. Says whether it does: if there is no budget, large ones are not cached.
    fn open(&self, cache: &Cache, class: usize) -> bool {
        let of = Class::of(class);
        cache.is_open(class)
            || self.resize(cache, class, of.least as usize)
            || (of.floor > 0 && self.resize(cache, class, of.floor as usize))
    }

    /// The bin was empty, or full: it may hold half as many more from now on, up to `most`, if there is budget.
    fn grow(&self, cache: &Cache, class: usize, most: usize) {
        let capacity = cache.capacity(class);
        if capacity < most {
            self.resize(cache, class, (capacity * 3 / 2 + 1).min(most));
        }
    }

    /// Has a bin, which has no more blocks than that, hold as many as `capacity`, if there is budget. Says whether there was.
    fn resize(&self, cache: &Cache, class: usize, capacity: usize) -> bool {
        let of = Class::of(class);
        let (before, after) = (of.budget(cache.capacity(class)), of.budget(capacity));
        let resized = self.budget.resize(&cache.budget, before, after, self.options.caches);
        if resized {
            cache.set_capacity(class, capacity);
        }
        resized
    }

    /// Empties all bins.
    pub(super) fn drain(&self, options: Options, cache: &Cache) {
        (0..CLASSES).for_each(|class| self.close(options, cache, class));
    }

    /// Empties a bin, which takes no blocks until its thread next asks for one.
    fn close(&self, options: Options, cache: &Cache, class: usize) {
        if cache.is_open(class) {
            cache.empty(class, 0, |blocks| self.put(options, class, blocks));
            self.resize(cache, class, 0);
        }
    }

    /// If half a second has passed since it was last done: empties the bins of the calling thread's cache that were neither filled nor
    /// emptied since; or some of them, if they have many blocks, and others when it is called again.
    #[inline]
    pub(super) fn sweep(&self, options: Options, cache: &Cache, now: usize) {
        if now.wrapping_sub(cache.swept.get()) as isize >= clock::HALF_A_SECOND {
            self.sweep_on(options, cache, now);
        }
    }

    #[cold]
    fn sweep_on(&self, options: Options, cache: &Cache, now: usize) {
        let mut blocks = 0;
        while blocks < SWEPT_AT_ONCE {
            let class = cache.next.get();
            if class == CLASSES {
                cache.next.set(0);
                cache.swept.set(now);
                return;
            }
            cache.next.set(class + 1);
            if cache.events[class].take().is_none() {
                blocks += cache.count(class);
                self.close(options, cache, class);
            }
        }
    }

    /// Empties the bins of a cache if its thread has ended.
    pub(super) fn drain_if_idle(&self, options: Options, cache: &Cache) {
        threads::with_idle(cache.number(), || self.drain(options, cache));
    }

    /// The newest cache, or null.
    pub(super) fn first_cache(&self) -> *mut Cache {
        published::find(&self.caches).map_or(ptr::null_mut(), NonNull::as_ptr)
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
        if let Ok(taken) = self.chunks.take_new(parent, Wanted::span(class, own)) {
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
    pub(super) fn take_one<A: Allocator>(
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
    fn put(&self, options: Options, class: usize, blocks: &mut [*mut u8]) {
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
    pub(super) unsafe fn put_one<A: Allocator>(&self, parent: Parent<'_, A>, class: usize, block: NonNull<u8>) -> bool {
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
    pub(super) unsafe fn is_free(&self, class: usize, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        let shard = unsafe { shard_of(block, class) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.shard(shard).is_free(class, block) }
    }

    /// A row of slices for one block.
    pub(super) fn take_run<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        last: usize,
        align: usize,
    ) -> Result<Taken, AllocError> {
        let (count, align) = (last / SLICE + 1, (align / SLICE).max(1));
        let wanted = Wanted { count, align, used_as: Use::Run, shard: 0 };
        let taken = self.chunks.take(parent.options, wanted);
        let taken = taken.map_or_else(|| self.chunks.take_new(parent, wanted), Ok);
        self.tick(parent);
        taken
    }

    /// Gives back what a run of `count` slices has behind its first `keep`, which may be none.
    pub(super) fn give_run_back<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        chunk: Chunk,
        slice: usize,
        keep: usize,
        count: usize,
    ) {
        self.chunks.give_back(parent.options, chunk, slice, keep, count);
        self.tick(parent);
    }

    /// Gives chunks to the parent that were found empty, and a step of the large blocks that were kept for nothing.
    #[inline]
    pub(super) fn give_more_back<A: Allocator>(&self, parent: Parent<'_, A>) {
        self.chunks.give_chunks_back(parent);
        self.large.give_excess_back(parent);
    }
}

#[cfg(unix)]
impl fork::Locks for Heap {
    fn lock(&self, number: usize) -> Option<&Lock> {
        let Some(number) = number.checked_sub(1) else { return Some(&self.purge.lock) };
        let of_shard = self.locks.get(number).map(|lock| &lock.0);
        of_shard.or_else(|| [&self.chunks.lock, &self.large.lock].get(number.checked_sub(SHARDS)?).copied())
    }

    /// The caches of lost threads become those of new ones; what is in them is not used again, since a thread may have been changing it.
    unsafe fn settle_in_child(&self, lost: Option<&threads::Lost>) {
        let is_lost = |cache: &&Cache| lost.is_some_and(|lost| lost.has(cache.number()));
        self.caches().filter(is_lost).for_each(|cache| {
            self.budget.forget(&cache.budget);
            cache.forget();
        });
        let locks = (0..).map_while(|number| fork::Locks::lock(self, number));
        // SAFETY: by `# Safety` of this fn.
        locks.for_each(|lock| unsafe { lock.settle_in_child() });
        self.chunks.giving.settle_in_child();
        self.large.giving.settle_in_child();
        self.is_forked.set(true);
    }
}

/// The most blocks that a bin may hold after an event: a bin that was empty and is full, or the other way round, would have served its
/// thread longer if it had held more.
fn most_after(cache: &Cache, class: usize, event: Event) -> usize {
    let of = Class::of(class);
    let is_turn = cache.events[class].replace(Some(event)).is_some_and(|before| before != event);
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

// The docs say so.
const _: () = assert!(size_of::<usize>() < 8 || size_of::<Heap>().div_ceil(4096) * 4 == 152);
// By invariant 1.
const _: () = assert!(offset_of!(Heap, chunks) + offset_of!(Chunks, set) <= 4096);
