//! All chunks of a pool, and which slices of them are free.

use core::cell::Cell;
use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::chunk::{self, CHUNK, Chunk, Header, LEVELS, SLICE, Use};
use super::chunk_set::ChunkSet;
use super::class::Class;
use super::options::{Options, Retain};
use super::parent::Parent;
use crate::api::{AllocError, Allocator};
use crate::sources::{Pages, advice};
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
        if parent.options.advises_huge_pages()
            && self.held() >= HUGE_FROM
            && parent.is_dense(self.held().wrapping_sub(self.runs() * SLICE))
        {
            // SAFETY: the pages of a fresh chunk.
            unsafe { advice::huge_pages(start, CHUNK) };
        }
        // SAFETY: of that layout, fresh, and its header is zero.
        let chunk = unsafe { Chunk::init(start) };
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
            self.release(options, chunk, false);
        }
    }

    /// Gives to the system what of a chunk nobody uses, or has the chunk [leave](Self::give_chunks_back). Returns how many bytes
    /// that were.
    fn release(&self, options: Options, chunk: Chunk, only_idle: bool) -> usize {
        if if only_idle { chunk.is_idle() } else { chunk.is_empty() } {
            self.dirty.set(self.dirty.get() - chunk.dirty());
            self.set.set(chunk, false);
            // SAFETY: an empty chunk has free slices, and is in that list.
            unsafe { self.with_free[chunk.listed() - 1].remove(chunk.header_pointer()) };
            chunk.set_listed(0);
            // SAFETY: in no list now.
            unsafe { self.leaving.push_front(chunk.header_pointer()) };
            self.leave.fetch_add(1, SeqCst);
            return CHUNK;
        }
        if !options.whole_pages || !advice::CAN_DISCARD {
            return 0;
        }
        let before = chunk.dirty();
        let page = (Pages::page_size() / SLICE).max(1);
        for (slice, count) in chunk.dirty_ranges(only_idle, page) {
            // SAFETY: the pages of free slices, which hold nothing that counts.
            if !unsafe { advice::discard(chunk.slice_start(slice), count * SLICE) } {
                // It will not be otherwise for the rest. They stay dirty, to be tried another time.
                break;
            }
            chunk.set_clean(slice, count);
        }
        let cleaned = before - chunk.dirty();
        self.dirty.set(self.dirty.get() - cleaned);
        cleaned * SLICE
    }

    /// Gives back what nobody has used since the last tick; or everything that nobody uses. Returns how many bytes that were.
    pub(super) fn give_idle_back(&self, options: Options, only_idle: bool) -> usize {
        let _held = self.lock();
        let release = |header: NonNull<Header>| {
            let chunk = Chunk::from_header(header);
            let bytes = self.release(options, chunk, only_idle);
            chunk.tick();
            bytes
        };
        self.with_free.iter().flat_map(List::iter).map(release).sum()
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
