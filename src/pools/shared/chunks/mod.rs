//! All chunks of a pool, and which slices of them are free.

mod address_set;
mod bits;
mod chunk;
mod exchange;
mod purge;
mod request;
mod slice;

use core::cell::Cell;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::geometry::SLICE;
use super::options::{Options, Retain};
use crate::api::Allocator;
use crate::os::advice;
use crate::sync::list::List;
use crate::threads::entrants::Entrants;
use crate::threads::lock::{Held, Lock};
use address_set::ChunkSet;
pub(super) use bits::{ranges, whole_pages};
pub(super) use chunk::Chunk;
use chunk::{Header, LEVELS};
use purge::discard;
pub(super) use purge::{Seen, Visited};
pub(super) use request::Wanted;
pub(super) use slice::{Slice, Use};

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
