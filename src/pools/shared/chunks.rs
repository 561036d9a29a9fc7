//! All chunks of a pool, and which slices of them are free.

use core::cell::Cell;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::chunk::{self, Advised, CHUNK, Chunk, LEVELS, SLICE, Use};
use super::chunk::{Header, SLICES, ranges};
use super::chunk_set::ChunkSet;
use super::class::Class;
use super::options::{Options, Retain};
use super::parent::Parent;
use crate::api::{AllocError, Allocator};
use crate::os::advice;
use crate::sources::Pages;
use crate::sync::list::List;
use crate::threads::entrants::Entrants;
use crate::threads::lock::{Held, Lock};

/// From so many bytes of chunks on, new ones are advised to be huge pages, if the others are filled as densely as
/// [`is_dense`](Parent::is_dense) says: or a process would hold 2 MiB where it uses little.
const HUGE_FROM: usize = 4 << 20;
/// In how many chunks at most to look for a row that may be there, where others have it for certain, and where it takes a new
/// chunk else: for the time it takes.
const LOOKS: usize = 16;
const LOOKS_ELSE: usize = 256;

/// How many slices go to the system in one call or a few: such a call takes a tenth of a millisecond.
const PURGED_AT_ONCE: usize = 32;

/// All zero bytes are none.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Chunks {
    pub(super) lock: Lock,
    /// Those with a free slice, by the [level](Chunk::level) of the longest row that they have.
    with_free: [List<Header>; LEVELS],
    /// Empty chunks that the parent gets as soon as the thread that put them here holds no lock; and how many, which is read
    /// without the lock.
    leaving: List<Header>,
    leave: AtomicUsize,
    /// Threads that give these back.
    pub(super) giving: Entrants,
    /// Slices of empty spans that shards keep. Read and changed without the lock.
    kept: AtomicUsize,
    /// Free slices that may hold memory.
    dirty: Cell<usize>,
    /// Bytes of all chunks. Read without the lock.
    held: AtomicUsize,
    /// Slices of runs. Read without the lock.
    runs: AtomicUsize,
    /// Last, as it has some 16 KiB: the heap has what comes before on one page.
    pub(super) set: ChunkSet,
}

/// Which slices are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// How many, in a row.
    pub(super) count: usize,
    /// The first is a multiple of this, a power of two.
    pub(super) align: usize,
    pub(super) used_as: Use,
    /// Of a span.
    pub(super) shard: u8,
}

impl Wanted {
    /// The slices of a span, for a shard.
    pub(super) fn span(class: usize, shard: u8) -> Self {
        let slices = Class::of(class).slices as usize;
        Self { count: slices, align: slices, used_as: Use::Span(class), shard }
    }
}

/// Slices that were taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) chunk: Chunk,
    pub(super) slice: usize,
    /// Whether they are known to be zero.
    pub(super) zero: bool,
}

/// How much of a pinned chunk was looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Part,
    All,
    /// And no page of a span is free.
    AllInUse,
}

/// A chunk that was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Visited {
    Left,
    Pinned(Chunk),
}

impl Chunks {
    pub(super) fn held(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// The bytes that it takes to know the chunks.
    pub(super) fn set_held(&self) -> usize {
        self.set.held()
    }

    pub(super) fn runs(&self) -> usize {
        self.runs.load(Relaxed)
    }

    /// Counts slices of runs; under the lock.
    fn count_runs(&self, change: usize) {
        self.runs.store(self.runs().wrapping_add(change), Relaxed);
    }

    /// Whether `address` lies in a chunk.
    #[inline]
    pub(super) fn has(&self, address: usize) -> bool {
        self.set.has(address)
    }

    fn lock(&self) -> Held<'_> {
        self.lock.lock()
    }

    /// Takes free slices of the chunks there are, the fullest first.
    pub(super) fn take(&self, options: Options, wanted: Wanted) -> Option<Taken> {
        let _held = self.lock();
        let Wanted { count, align, .. } = wanted;
        // At a multiple of a power of two no less than both it fits for certain; and a row of so many slices anywhere has one of
        // half as many at a multiple of that.
        let certain = count.max(align).next_power_of_two();
        let possible = if count == align { certain } else { 1 << count.div_ceil(2).ilog2() };
        let lists = |row: usize| &self.with_free[(row.trailing_zeros() as usize).min(LEVELS)..];
        let (certain, possible) = (lists(certain), lists(possible));
        let surely = certain.iter().find_map(List::first);
        let looks = if surely.is_some() { LOOKS } else { LOOKS_ELSE };
        let maybe = possible[..possible.len() - certain.len()].iter().flat_map(|list| list.iter().take(looks));
        maybe.chain(surely).find_map(|header| self.take_in(options, Chunk::from_header(header), wanted))
    }

    /// Puts a chunk whose free slices have changed into the list where it belongs; to its front, where it is found, if it
    /// `has_more` of them; under the lock.
    fn sort(&self, chunk: Chunk, has_more: bool) {
        let (before, now) = (chunk.listed(), chunk.level());
        if before == now && !has_more {
            return;
        }
        chunk.set_listed(now);
        if before > 0 {
            // SAFETY: it is in that list.
            unsafe { self.with_free[before - 1].remove(chunk.header_pointer()) };
        }
        if now > 0 {
            // SAFETY: it is in no list now.
            unsafe { self.with_free[now - 1].push_front(chunk.header_pointer()) };
        }
    }

    /// Counts slices of empty spans that shards keep, or keep no more.
    pub(super) fn count_kept(&self, slices: usize, is_kept: bool) {
        self.kept.fetch_add(if is_kept { slices } else { slices.wrapping_neg() }, Relaxed);
    }

    /// Whether shards may keep all the empty spans that they have.
    pub(super) fn may_keep(&self, retain: Retain) -> bool {
        self.kept.load(Relaxed) <= retain.bytes() / SLICE
    }

    /// As [`take`](Self::take), from a chunk with a free slice; under the lock.
    fn take_in(&self, options: Options, chunk: Chunk, wanted: Wanted) -> Option<Taken> {
        let before = chunk.dirty();
        let (slice, fresh) = chunk.take(wanted)?;
        self.dirty.set(self.dirty.get() - (before - chunk.dirty()));
        self.sort(chunk, false);
        if wanted.used_as == Use::Run {
            self.count_runs(wanted.count);
        }
        Some(Taken { chunk, slice, zero: fresh && options.whole_pages })
    }

    /// As [`take`](Self::take), from another chunk: one that is leaving, or a new one. Threads that come here at a time each get one, of
    /// which all have the rest. The caller holds no lock, as the parent may use this pool.
    pub(super) fn take_new<A: Allocator>(&self, parent: Parent<'_, A>, wanted: Wanted) -> Result<Taken, AllocError> {
        let chunk = self.take_leaving().map_or_else(|| self.get(parent), Ok)?;
        let _held = self.lock();
        self.set.set(chunk, true);
        self.dirty.set(self.dirty.get() + chunk.dirty());
        self.sort(chunk, false);
        self.take_in(parent.options, chunk, wanted).ok_or(AllocError)
    }

    /// A new chunk, which there is room for in the set.
    fn get<A: Allocator>(&self, parent: Parent<'_, A>) -> Result<Chunk, AllocError> {
        let start = if parent.options.whole_pages {
            parent.allocator.allocate_zeroed(chunk::LAYOUT)?.cast()
        } else {
            let start = parent.allocator.allocate(chunk::LAYOUT)?.cast::<u8>();
            // SAFETY: a chunk is longer than its header.
            unsafe { start.write_bytes(0, size_of::<Header>()) };
            start
        };
        let is_huge = parent.options.advises_huge_pages()
            && self.held() >= HUGE_FROM
            && parent.is_dense(self.held().wrapping_sub(self.runs() * SLICE));
        if is_huge {
            // SAFETY: the pages of a fresh chunk.
            unsafe { advice::huge_pages(start, CHUNK) };
        }
        // SAFETY: of that layout, fresh, and its header is zero.
        let chunk = unsafe { Chunk::init(start) };
        chunk.set_advised(if is_huge { Advised::Huge } else { Advised::Nothing });
        if let Err(error) = self.set.make_room(chunk, parent.allocator) {
            // SAFETY: it came from the parent a moment ago.
            unsafe { parent.allocator.deallocate(start, chunk::LAYOUT) };
            return Err(error);
        }
        self.held.fetch_add(CHUNK, Relaxed);
        Ok(chunk)
    }

    /// Gives chunks to the parent that were found empty, with no lock held.
    #[inline]
    pub(super) fn give_chunks_back<A: Allocator>(&self, parent: Parent<'_, A>) {
        if self.leave.load(SeqCst) > 0 {
            self.give_leaving_back(parent);
        }
    }

    #[cold]
    fn give_leaving_back<A: Allocator>(&self, parent: Parent<'_, A>) {
        // The parent may have others leave, for each: but no more than there are.
        let mut left = self.held() / CHUNK;
        // Once more after the last, for what was left to this thread just then.
        while left > 0 && self.leave.load(SeqCst) > 0 {
            let next = || {
                left = left.checked_sub(1)?;
                Some((self.take_leaving()?.start(), chunk::LAYOUT))
            };
            if !parent.give_back((&self.giving, &self.held), next) {
                return;
            }
        }
    }

    fn take_leaving(&self) -> Option<Chunk> {
        let _held = self.lock();
        let first = self.leaving.first()?;
        // SAFETY: in that list.
        unsafe { self.leaving.remove(first) };
        self.leave.fetch_sub(1, SeqCst);
        Some(Chunk::from_header(first))
    }

    /// Takes `more` slices behind a run of `count`, if they are free. Says whether they are known to be zero.
    pub(super) fn extend(
        &self,
        options: Options,
        chunk: Chunk,
        slice: usize,
        count: usize,
        more: usize,
    ) -> Option<bool> {
        let _held = self.lock();
        let before = chunk.dirty();
        let fresh = chunk.extend(slice + count, count, more)?;
        self.dirty.set(self.dirty.get() - (before - chunk.dirty()));
        self.count_runs(more);
        self.sort(chunk, false);
        Some(fresh && options.whole_pages)
    }

    /// Gives back what a run of `count` slices has behind its first `keep`, which may be none.
    pub(super) fn give_back(&self, options: Options, chunk: Chunk, slice: usize, keep: usize, count: usize) {
        let _held = self.lock();
        if chunk.used_as(slice) == Use::Run {
            self.count_runs(keep.wrapping_sub(count));
        }
        if keep == 0 {
            chunk.give_back(slice, count);
        } else {
            chunk.cut(slice, keep, count);
        }
        self.sort(chunk, true);
        self.dirty.set(self.dirty.get() + count - keep);
        if self.dirty.get() > options.retain.bytes() / SLICE {
            self.release(options, chunk);
        }
    }

    /// Gives to the system what of a chunk nobody uses, or has the chunk [leave](Self::give_chunks_back); under the lock.
    fn release(&self, options: Options, chunk: Chunk) {
        if chunk.is_empty() {
            self.leave(chunk);
        } else if options.whole_pages && advice::CAN_DISCARD {
            let slices = chunk.dirty_pages(false, Self::slices_of_a_page());
            // SAFETY: nobody takes them under the lock.
            if unsafe { discard(chunk, slices) } {
                self.set_clean(chunk, slices);
            }
        }
    }

    /// Has an empty chunk leave; under the lock.
    fn leave(&self, chunk: Chunk) {
        self.dirty.set(self.dirty.get() - chunk.dirty());
        self.set.set(chunk, false);
        // SAFETY: an empty chunk has free slices, and is in that list.
        unsafe { self.with_free[chunk.listed() - 1].remove(chunk.header_pointer()) };
        chunk.set_listed(0);
        // SAFETY: in no list now.
        unsafe { self.leaving.push_front(chunk.header_pointer()) };
        self.leave.fetch_add(1, SeqCst);
    }

    /// How many slices a page of the system has, one at least.
    fn slices_of_a_page() -> usize {
        (Pages::page_size() / SLICE).max(1)
    }

    /// These slices of a chunk, which are free or [hidden](Chunk::set_hidden), hold no memory any more. Returns how many may have
    /// held some. Under the lock.
    fn set_clean(&self, chunk: Chunk, slices: u128) -> usize {
        let before = chunk.dirty();
        chunk.set_clean(slices);
        let cleaned = before - chunk.dirty();
        self.dirty.set(self.dirty.get() - cleaned);
        cleaned
    }

    /// Looks at the first chunk from the `from`th place of the set on. One that nobody uses leaves, if nobody has used it since the
    /// last look either, where that counts `only`. Another stays until it is [unpinned](Self::unpin). Also returns its place.
    pub(super) fn visit(&self, from: usize, only_idle: bool) -> Option<(usize, Visited)> {
        let _held = self.lock();
        let (place, chunk) = self.set.first_from(from)?;
        if if only_idle { chunk.is_idle() } else { chunk.is_empty() } {
            self.leave(chunk);
            return Some((place, Visited::Left));
        }
        chunk.set_pinned(true);
        Some((place, Visited::Pinned(chunk)))
    }

    /// Part of a pinned chunk goes: the system is not to make huge pages of the rest, which would bring that back.
    pub(super) fn use_small_pages(chunk: Chunk) {
        if chunk.advised() == Advised::Huge {
            // SAFETY: a chunk that stays, of whole pages.
            unsafe { advice::small_pages(chunk.start(), CHUNK) };
            chunk.set_advised(Advised::Small);
        }
    }

    /// A chunk need not stay any longer. If all of it was seen, what is free in it now is idle if it still is at the next
    /// look; and if all is in use but for a few slices, it may be of huge pages again.
    pub(super) fn unpin(&self, options: Options, chunk: Chunk, seen: Seen) {
        let is_nearly_full = || {
            let _held = self.lock();
            chunk.is_nearly_full()
        };
        if seen == Seen::AllInUse && chunk.advised() == Advised::Small && is_nearly_full() {
            // SAFETY: a chunk that stays, of whole pages.
            unsafe { advice::huge_pages(chunk.start(), CHUNK) };
            chunk.set_advised(Advised::Huge);
        }
        let _held = self.lock();
        chunk.set_pinned(false);
        if seen != Seen::Part {
            chunk.tick();
        }
        // It would have left when it became empty.
        let exceeds = self.dirty.get() > options.retain.bytes() / SLICE || options.retain == Retain::Nothing;
        if chunk.is_empty() && exceeds {
            self.leave(chunk);
        }
    }

    /// Gives free slices of a pinned chunk to the system, with no lock held meanwhile: some of those that were free at the last look,
    /// where that counts `only`. Returns how many bytes; none if there were no more, or if the system refuses.
    ///
    /// One thread does this at a time.
    pub(super) fn purge(&self, options: Options, chunk: Chunk, only_idle: bool) -> usize {
        if !options.whole_pages || !advice::CAN_DISCARD {
            return 0;
        }
        let page = Self::slices_of_a_page();
        let slices = {
            let _held = self.lock();
            let slices = chunk.dirty_pages(only_idle, page);
            if slices == 0 {
                return 0;
            }
            let some = u128::MAX >> (SLICES - PURGED_AT_ONCE.max(page).min(SLICES));
            let slices = slices & some << slices.trailing_zeros();
            chunk.set_hidden(slices, true);
            self.sort(chunk, false);
            slices
        };
        Self::use_small_pages(chunk);
        // SAFETY: nobody takes what is hidden.
        let is_clean = unsafe { discard(chunk, slices) };
        let _held = self.lock();
        chunk.set_hidden(slices, false);
        self.sort(chunk, true);
        if is_clean { self.set_clean(chunk, slices) * SLICE } else { 0 }
    }

    /// Gives all chunks back.
    ///
    /// # Safety
    ///
    /// They came from the parent, and nobody uses them, or this, any more.
    pub(super) unsafe fn free<A: Allocator>(&self, parent: &A) {
        let leaving = self.leaving.iter().map(Chunk::from_header);
        // SAFETY: by `# Safety` of this fn; each is read before it is freed.
        self.set.iter().chain(leaving).for_each(|chunk| unsafe { parent.deallocate(chunk.start(), chunk::LAYOUT) });
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.set.free(parent) };
    }
}

/// Gives slices of a chunk to the system, and says whether all of their memory is gone.
///
/// # Safety
///
/// Nobody uses them, nor takes them meanwhile.
unsafe fn discard(chunk: Chunk, slices: u128) -> bool {
    // If the system refuses once, it will not be otherwise for the rest. They stay dirty, to be tried another time.
    ranges(slices).all(|(slice, count)| {
        // SAFETY: by `# Safety` of this fn.
        unsafe { advice::discard(chunk.slice_start(slice), count * SLICE) }
    })
}
