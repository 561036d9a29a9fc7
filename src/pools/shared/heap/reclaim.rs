//! Gives back memory that was not used for a while, a little at a time. Any thread that leaves the hot path does so, while
//! it holds no lock.
//!
//! A scan goes through the caches of threads that have ended, the shards, and the chunks with their spans; then the
//! kept large blocks follow. It starts half a second after the end of the previous one; or when the chunks have grown
//! by a certain part since, because what was free then did not help against that. Memory that was free at the previous
//! scan, and has not been used since, is given back.
//!
//! # Invariants
//!
//! 1. Only the thread that holds the lock of the scan pins chunks and hides slices and blocks, and it undoes that before it
//!    releases the lock. So a thread that acquires the lock finds all memory that is free.
//! 2. The parent is not called under the lock. Threads wait for the lock only to [collect](HeapRef::collect), and
//!    around a fork.

use core::sync::atomic::Ordering::Relaxed;

use super::HeapRef;
use super::purged::Purged;
use super::scan::{Phase, Progress};
use crate::api::Allocator;
use crate::os::advice;
use crate::pools::shared::chunks::{Chunk, Scanned, Scope, Visit};
use crate::pools::shared::geometry::{CHUNK, GRANULE, SLICES};
use crate::pools::shared::options::Retain;
use crate::pools::shared::spans::{ClassInfo, SHARDS, SpanScan};
use crate::sources::Pages;
use crate::sync::clock;

/// The limits of the work for a scan in one call. To return that many bytes may take two tenths of a millisecond.
const MAX_MICROSECONDS: u64 = 100;
const MAX_BYTES: usize = 1 << 20;
/// The growth of the chunks that starts a scan before its time: at least this many bytes, and one part in this many.
const MIN_GROWTH: usize = 8 << 20;
const MIN_GROWTH_PART: usize = 16;
/// The bytes of the spans of a chunk after which a step ends.
const MAX_SPAN_BYTES_PER_STEP: usize = 256 << 10;

impl<A: Allocator> HeapRef<'_, A> {
    /// Returns surplus memory to the parent, and advances the scan if one is running or it is time for one. A call of
    /// the pool that leaves the hot path ends with this, when it holds no lock.
    #[inline]
    pub(crate) fn maybe_reclaim(&self) {
        self.maybe_reclaim_at(clock::now());
    }

    /// Reclaims like [`maybe_reclaim`](Self::maybe_reclaim), at the time `now`, in ticks.
    #[inline]
    pub(crate) fn maybe_reclaim_at(&self, now: usize) {
        self.return_surplus();
        if self.scan.is_running.load(Relaxed) || self.is_scan_due(now) {
            _ = self.continue_scan(now);
        }
    }

    /// Returns the departing chunks to the parent, and a part of the surplus large blocks.
    #[inline]
    fn return_surplus(&self) {
        self.chunks.return_departing(self.parent);
        self.large.return_surplus(self.parent);
    }

    #[inline]
    fn is_scan_due(&self, now: usize) -> bool {
        // The difference is below 0 if another thread has read the clock later.
        let waited = now.wrapping_sub(self.scan.last_end.load(Relaxed)) as isize >= clock::HALF_A_SECOND;
        waited || self.chunks.held_bytes() >= self.scan.next_at_bytes.load(Relaxed)
    }

    /// Continues the scan for a moment, or starts one if it is time, unless another thread is doing so.
    ///
    /// Where all memory is retained, it flushes the caches of threads that have ended, so that other threads can use
    /// the blocks, and no more.
    #[cold]
    #[inline(never)]
    pub(crate) fn continue_scan(&self, now: usize) -> Purged {
        let state = &self.scan;
        let (mut bytes, mut until) = (0, None);
        loop {
            let Some(held) = state.lock.try_lock() else {
                // An abandoned lock is that of a forked child, in which the scan never goes on.
                return Purged { bytes, is_unfinished: !state.lock.is_abandoned() };
            };
            let until = *until.get_or_insert_with(|| clock::microseconds() + MAX_MICROSECONDS);
            let progress = &state.progress;
            if progress.phase.get() == Phase::Start {
                if !self.is_scan_due(now) {
                    return Purged { bytes, is_unfinished: false };
                }
                self.budget.live_eighth.store(self.live_bytes_estimate() / 8, Relaxed);
                let held = self.chunks.held_bytes();
                state.next_at_bytes.store(held + (held / MIN_GROWTH_PART).max(MIN_GROWTH), Relaxed);
                state.is_running.store(true, Relaxed);
            }
            bytes += self.advance(progress, Scope::Idle);
            let ends = progress.phase.get() == Phase::End;
            if ends {
                progress.begin(Phase::Start);
                state.last_end.store(now, Relaxed);
                state.is_running.store(false, Relaxed);
            }
            drop(held);
            self.chunks.return_departing(self.parent);
            if ends {
                if self.parent.options.retain != Retain::Everything {
                    bytes += self.large.return_idle(self.parent);
                }
                return Purged { bytes, is_unfinished: false };
            }
            if bytes >= MAX_BYTES || clock::microseconds() >= until {
                return Purged { bytes, is_unfinished: true };
            }
        }
    }

    /// Gives back all memory that is not in use and not in the cache of a living thread. Returns how many bytes.
    pub(crate) fn collect(&self) -> usize {
        let progress = Progress::new();
        let mut bytes = 0;
        while progress.phase.get() != Phase::End {
            let _held = self.scan.lock.lock();
            bytes += self.advance(&progress, Scope::All);
        }
        self.chunks.return_departing(self.parent);
        bytes + self.large.return_kept(self.parent)
    }

    /// Advances a scan by a step, and returns how many bytes were given back. Under the lock of the scan.
    fn advance(&self, progress: &Progress, scope: Scope) -> usize {
        match progress.phase.get() {
            Phase::Start => {
                progress.cache.set(self.newest_cache());
                progress.begin(Phase::Caches);
                0
            }
            Phase::Caches => {
                // SAFETY: a cache of the list stays until the heap is freed, by invariant 1 of `Heap`.
                let Some(cache) = (unsafe { progress.cache.get().as_ref() }) else {
                    let retains_all = self.parent.options.retain == Retain::Everything;
                    let ends = scope == Scope::Idle && retains_all;
                    progress.begin(if ends { Phase::End } else { Phase::Shards });
                    return 0;
                };
                self.flush_if_ended(cache);
                progress.cache.set(cache.previous.get());
                0
            }
            Phase::Shards => {
                let index = progress.position.get();
                self.shard(index as u8).release_all_empty();
                progress.position.set(index + 1);
                if index + 1 == SHARDS {
                    progress.begin(Phase::Chunks);
                }
                0
            }
            Phase::Chunks => match self.chunks.visit(progress.position.get(), scope) {
                None => {
                    progress.begin(Phase::End);
                    0
                }
                Some((position, Visit::Departed)) => {
                    progress.position.set(position + 1);
                    progress.slice.set(0);
                    CHUNK
                }
                Some((position, Visit::Pinned(chunk))) => {
                    if position != progress.position.get() {
                        progress.slice.set(0);
                    }
                    let bytes = self.scan_chunk(chunk, progress, scope);
                    let is_done = progress.slice.get() >= SLICES;
                    let scanned = match (is_done, progress.has_free.get()) {
                        (false, _) => Scanned::Part,
                        (true, true) => Scanned::All,
                        (true, false) => Scanned::AllInUse,
                    };
                    self.chunks.unpin(self.parent.options, chunk, scanned);
                    progress.position.set(position + usize::from(is_done));
                    if is_done {
                        progress.slice.set(0);
                    }
                    bytes
                }
            },
            Phase::End => 0,
        }
    }

    /// Returns memory of a pinned chunk to the system: free slices if there are any, else free granules of spans.
    fn scan_chunk(&self, chunk: Chunk, progress: &Progress, scope: Scope) -> usize {
        if progress.slice.get() == 0 {
            progress.has_free.set(false);
            let bytes = self.chunks.discard_free_slices(self.parent.options, chunk, scope);
            if bytes > 0 {
                return bytes;
            }
        }
        self.scan_spans(chunk, progress, scope)
    }

    /// Returns free granules of the spans in a pinned chunk to the system, from the next slice on.
    fn scan_spans(&self, chunk: Chunk, progress: &Progress, scope: Scope) -> usize {
        let next = &progress.slice;
        if !self.parent.options.whole_pages || !advice::CAN_DISCARD {
            next.set(SLICES);
            return 0;
        }
        let page = (Pages::page_size() / GRANULE).max(1);
        let mut bytes = 0;
        while next.get() < SLICES && bytes < MAX_SPAN_BYTES_PER_STEP {
            let slice = next.get();
            let Some((class, shard)) = chunk.span_at(slice) else {
                next.set(slice + 1);
                continue;
            };
            let discarded = self.shard(shard).discard_granules(class, SpanScan { chunk, slice, scope, page });
            bytes += discarded.bytes;
            progress.has_free.set(progress.has_free.get() || discarded.has_free);
            next.set(slice + ClassInfo::of(class).slices as usize);
        }
        bytes
    }
}
