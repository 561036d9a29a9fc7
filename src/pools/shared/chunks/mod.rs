//! The chunks of a pool, and the allocation of their slices.
//!
//! A request is served by the fullest chunk that has the slices, so that other chunks become empty and can be returned.

mod address_set;
mod bits;
mod chunk;
mod discard;
mod exchange;
mod request;
mod slice;

use core::cell::Cell;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::geometry::SLICE;
use super::options::{Options, Retain};
use crate::api::Allocator;
use crate::api::contents::Contents;
use crate::sync::list::List;
use crate::threads::lock::{Lock, LockGuard};
use crate::threads::reentry_gate::ReentryGate;
use address_set::AddressSet;
pub(super) use bits::{rows, whole_pages};
pub(super) use chunk::{Chunk, Scope, SliceRange};
use chunk::{Header, LEVELS};
pub(super) use discard::{Scanned, Visit};
pub(super) use request::SliceRequest;
pub(super) use slice::{Slice, SliceUse};

/// The number of chunks of each list to search for a fit that is possible but not certain, to bound the time: where
/// another chunk has a certain fit, and where the request takes a new chunk otherwise.
const MAX_SEARCHED: usize = 16;
const MAX_SEARCHED_BEFORE_NEW_CHUNK: usize = 256;

/// The chunks of a pool. Zero bytes are none.
///
/// # Invariants
///
/// 1. A chunk is in one list at most: the list of the [level](Chunk::level) of its free slices, or `departing`. A full
///    chunk is in none.
/// 2. `addresses` contains the chunks that are not departing.
/// 3. Everything but the atomic counters and lookups in `addresses` happens under the lock.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Chunks {
    pub(super) lock: Lock,
    /// Chunks with free slices, by level. Level 1 is first.
    with_free: [List<Header>; LEVELS],
    /// Empty chunks that will be returned to the parent when a thread that holds no lock comes by.
    departing: List<Header>,
    /// The length of `departing`.
    departing_count: AtomicUsize,
    /// Threads that are returning chunks.
    pub(super) returning: ReentryGate,
    /// The slices of the empty spans that shards keep.
    empty_span_slices: AtomicUsize,
    /// The free slices that may occupy memory.
    dirty: Cell<usize>,
    /// The bytes of all chunks.
    held: AtomicUsize,
    /// The slices of all runs.
    run_slices: AtomicUsize,
    /// Last, because of its 16 KiB: the heap keeps the fields before it on one page.
    pub(super) addresses: AddressSet,
}

/// How the number of free slices of a chunk has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Fewer,
    More,
}

impl Chunks {
    /// Returns the bytes of all chunks.
    pub(super) fn held_bytes(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// Returns the bytes of the set of their addresses.
    pub(super) fn address_set_bytes(&self) -> usize {
        self.addresses.held_bytes()
    }

    /// Returns the slices of all runs.
    pub(super) fn run_slices(&self) -> usize {
        self.run_slices.load(Relaxed)
    }

    /// Adds to the slices of all runs, modulo 2^N. Under the lock.
    fn add_run_slices(&self, change: usize) {
        self.run_slices.store(self.run_slices().wrapping_add(change), Relaxed);
    }

    /// Returns whether `address` lies in a chunk.
    #[inline]
    pub(super) fn contains(&self, address: usize) -> bool {
        self.addresses.contains(address)
    }

    fn lock(&self) -> LockGuard<'_> {
        self.lock.lock()
    }

    /// Takes free slices of one of the chunks, if one has them.
    pub(super) fn take(&self, request: SliceRequest) -> Option<SliceRange> {
        let _held = self.lock();
        let SliceRequest { count, align, .. } = request;
        // An aligned free row of the next power of two >= max(count, align) fits for certain. A chunk can also have a
        // fit if its longest aligned row is shorter, but any row of `count` slices contains an aligned one of half that
        // length.
        let certain = count.max(align).next_power_of_two();
        let possible = if count == align { certain } else { 1 << count.div_ceil(2).ilog2() };
        let lists = |row: usize| &self.with_free[(row.trailing_zeros() as usize).min(LEVELS)..];
        let (certain, possible) = (lists(certain), lists(possible));
        let surely = certain.iter().find_map(List::first);
        let most = if surely.is_some() { MAX_SEARCHED } else { MAX_SEARCHED_BEFORE_NEW_CHUNK };
        let maybe = possible[..possible.len() - certain.len()].iter().flat_map(|list| list.iter().take(most));
        maybe.chain(surely).find_map(|header| self.take_from(Chunk::from_header(header), request))
    }

    /// Takes free slices of `chunk`, if it has them. Under the lock.
    fn take_from(&self, chunk: Chunk, request: SliceRequest) -> Option<SliceRange> {
        let dirty = chunk.dirty_count();
        let range = chunk.take(request)?;
        self.dirty.set(self.dirty.get() - (dirty - chunk.dirty_count()));
        self.refile(chunk, Change::Fewer);
        if request.slice_use == SliceUse::Run {
            self.add_run_slices(range.count);
        }
        Some(range)
    }

    /// Moves a chunk whose free slices have changed to the list of its level. A chunk that has more of them moves to
    /// the front of the list, where requests find it first. Under the lock.
    fn refile(&self, chunk: Chunk, change: Change) {
        let (before, after) = (chunk.list_level(), chunk.level());
        if before == after && change == Change::Fewer {
            return;
        }
        chunk.set_list_level(after);
        if before > 0 {
            // SAFETY: the chunk is in that list, by invariant 1.
            unsafe { self.with_free[before - 1].remove(chunk.header_ptr()) };
        }
        if after > 0 {
            // SAFETY: the chunk is in no list, and stays where it is while it is in one, by invariants 1 and 6 of `chunk`.
            unsafe { self.with_free[after - 1].push_front(chunk.header_ptr()) };
        }
    }

    /// Takes the `more` slices behind a run of `count`, if they are free, and returns their contents.
    pub(super) fn extend_run(&self, chunk: Chunk, first: usize, count: usize, more: usize) -> Option<Contents> {
        let _held = self.lock();
        let dirty = chunk.dirty_count();
        let contents = chunk.extend_run(first, count, more)?;
        self.dirty.set(self.dirty.get() - (dirty - chunk.dirty_count()));
        self.add_run_slices(more);
        self.refile(chunk, Change::Fewer);
        Some(contents)
    }

    /// Releases all but the first `keep` slices of a run of `count`.
    pub(super) fn truncate_run(&self, options: Options, chunk: Chunk, first: usize, count: usize, keep: usize) {
        let _held = self.lock();
        self.add_run_slices(keep.wrapping_sub(count));
        chunk.truncate_run(first, count, keep);
        self.after_release(options, chunk, count - keep);
    }

    /// Releases the `count` slices of a span or run.
    pub(super) fn release(&self, options: Options, chunk: Chunk, first: usize, count: usize) {
        let _held = self.lock();
        if chunk.slice_use(first) == SliceUse::Run {
            self.add_run_slices(count.wrapping_neg());
        }
        chunk.release(first, count);
        self.after_release(options, chunk, count);
    }

    /// Counts slices of `chunk` that were released, and returns its free memory if more is free than `options` allow.
    /// Under the lock.
    fn after_release(&self, options: Options, chunk: Chunk, count: usize) {
        self.refile(chunk, Change::More);
        self.dirty.set(self.dirty.get() + count);
        if self.exceeds(options.retain) {
            self.discard_or_depart(options, chunk);
        }
    }

    /// Returns whether more free memory is retained than `retain` allows. Under the lock.
    fn exceeds(&self, retain: Retain) -> bool {
        self.dirty.get() > retain.bytes() / SLICE
    }

    /// Counts the slices of an empty span that a shard keeps.
    pub(super) fn add_empty_span(&self, slices: usize) {
        self.empty_span_slices.fetch_add(slices, Relaxed);
    }

    /// Undoes [`add_empty_span`](Self::add_empty_span).
    pub(super) fn remove_empty_span(&self, slices: usize) {
        self.empty_span_slices.fetch_sub(slices, Relaxed);
    }

    /// Returns whether shards may keep all the empty spans that they have.
    pub(super) fn may_keep_empty_spans(&self, retain: Retain) -> bool {
        self.empty_span_slices.load(Relaxed) <= retain.bytes() / SLICE
    }

    /// Returns all chunks to the parent.
    ///
    /// # Safety
    ///
    /// 1. They came from `parent`.
    /// 2. No thread uses the chunks, or `self`, any more.
    pub(super) unsafe fn free<A: Allocator>(&self, parent: &A) {
        let departing = self.departing.iter().map(Chunk::from_header);
        for chunk in self.addresses.iter().chain(departing) {
            // SAFETY: by `# Safety` of this fn and invariant 1 of `chunk`. The iterators have advanced past it.
            unsafe { parent.deallocate(chunk.start(), chunk::LAYOUT) };
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.addresses.free(parent) };
    }
}
