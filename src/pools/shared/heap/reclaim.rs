//! Memory that nobody has used for a while goes back: a little at a time, by whoever comes by with no lock held.
//!
//! A look goes through the caches that ended threads have left, the shards, and the chunks with their spans; then kept large blocks
//! have their turn. It begins half a second after the end of the one before, or when the chunks have grown by a part since: what is free then was of
//! no use for that. What was free at the one before and has not been used since goes.
//!
//! # Invariants
//!
//! 1. Who holds the lock is the only one that pins chunks, hides slices and hides blocks, and has undone it before it releases the lock.
//!    So who acquires it finds all that is free.
//! 2. The parent is not asked under the lock, and no other thread waits for it but for a fork, or to [collect](Heap::collect).

use core::sync::atomic::Ordering::Relaxed;

use super::Heap;
use super::purged::Purged;
use super::scan::{Look, Phase};
use crate::api::Allocator;
use crate::os::advice;
use crate::pools::shared::chunks::{Chunk, Seen, Visited};
use crate::pools::shared::geometry::{CHUNK, GRANULE, SLICES};
use crate::pools::shared::options::{Options, Retain};
use crate::pools::shared::parent::Parent;
use crate::pools::shared::spans::{Class, Place, SHARDS};
use crate::sources::Pages;
use crate::sync::clock;

/// For how many microseconds one goes on that came for something else, and up to how many bytes: that many may take two tenths of a
/// millisecond.
const STEP: u64 = 100;
const BYTES: usize = 1 << 20;
/// A look begins when the chunks have grown by so many bytes since the last one, and by that fraction of what they were.
const GROWN: usize = 8 << 20;
const GROWN_BY_PART: usize = 16;
/// How many bytes of a chunk's spans go at once, at least if there are as many.
const AT_ONCE: usize = 256 << 10;

impl Heap {
    /// What comes last, when no lock is held: gives chunks to the parent that were found empty; and goes on with the look for memory
    /// that nobody uses, if one is under way, or half a second has passed.
    #[inline]
    pub(crate) fn tick<A: Allocator>(&self, parent: Parent<'_, A>) {
        self.tick_at(parent, clock::tick());
    }

    /// As [`tick`](Self::tick), at the time `now`.
    #[inline]
    pub(crate) fn tick_at<A: Allocator>(&self, parent: Parent<'_, A>, now: usize) {
        self.give_more_back(parent);
        if self.purge.is_under_way.load(Relaxed) || self.is_time(now) {
            _ = self.look(parent, now);
        }
    }

    #[inline]
    fn is_time(&self, now: usize) -> bool {
        // Another thread may have looked at the clock later.
        let has_passed = now.wrapping_sub(self.purge.ended.load(Relaxed)) as isize >= clock::HALF_A_SECOND;
        has_passed || self.chunks.held() >= self.purge.until.load(Relaxed)
    }

    /// Goes on with a look for a moment, or begins one if it is time, unless another thread does.
    ///
    /// Where all memory is retained, what ended threads left in their caches is taken out all the same: it is for every thread then.
    #[cold]
    #[inline(never)]
    pub(crate) fn look<A: Allocator>(&self, parent: Parent<'_, A>, now: usize) -> Purged {
        let (mut bytes, mut until) = (0, None);
        loop {
            let Some(held) = self.purge.lock.try_lock() else {
                // Nobody ever goes on in the child of a fork whose parent did.
                return Purged { bytes, is_unfinished: !self.purge.lock.is_abandoned() };
            };
            let until = *until.get_or_insert_with(|| clock::microseconds() + STEP);
            let look = &self.purge.look;
            if look.at.get() == Phase::Start {
                if !self.is_time(now) {
                    return Purged { bytes, is_unfinished: false };
                }
                self.budget.eighth.store(self.lives() / 8, Relaxed);
                let held = self.chunks.held();
                self.purge.until.store(held + (held / GROWN_BY_PART).max(GROWN), Relaxed);
                self.purge.is_under_way.store(true, Relaxed);
            }
            bytes += self.go_on(look, parent.options, true);
            let ends = look.at.get() == Phase::End;
            if ends {
                look.go_on(Phase::Start);
                self.purge.ended.store(now, Relaxed);
                self.purge.is_under_way.store(false, Relaxed);
            }
            drop(held);
            self.chunks.give_chunks_back(parent);
            if ends {
                if parent.options.retain != Retain::Everything {
                    bytes += self.large.give_idle_back(parent, true);
                }
                return Purged { bytes, is_unfinished: false };
            }
            if bytes >= BYTES || clock::microseconds() >= until {
                return Purged { bytes, is_unfinished: true };
            }
        }
    }

    /// Gives all memory back that nobody uses and that is in no living thread's cache; returns how many bytes.
    pub(crate) fn collect<A: Allocator>(&self, parent: Parent<'_, A>) -> usize {
        let look = Look::new();
        let mut bytes = 0;
        while look.at.get() != Phase::End {
            let _held = self.purge.lock.lock();
            bytes += self.go_on(&look, parent.options, false);
        }
        self.chunks.give_chunks_back(parent);
        bytes + self.large.give_idle_back(parent, false)
    }

    /// Goes on with a look by a little, under the lock. Returns how many bytes went.
    fn go_on(&self, look: &Look, options: Options, only_idle: bool) -> usize {
        match look.at.get() {
            Phase::Start => {
                look.cache.set(self.first_cache());
                look.go_on(Phase::Caches);
                0
            }
            Phase::Caches => {
                // SAFETY: a cache lives as long as the heap.
                let Some(cache) = (unsafe { look.cache.get().as_ref() }) else {
                    let ends = only_idle && options.retain == Retain::Everything;
                    look.go_on(if ends { Phase::End } else { Phase::Shards });
                    return 0;
                };
                self.drain_if_idle(options, cache);
                look.cache.set(cache.previous.get());
                0
            }
            Phase::Shards => {
                let number = look.place.get();
                self.shard(number as u8).give_empty_back(&self.chunks, options);
                look.place.set(number + 1);
                if number + 1 == SHARDS {
                    look.go_on(Phase::Chunks);
                }
                0
            }
            Phase::Chunks => match self.chunks.visit(look.place.get(), only_idle) {
                None => {
                    look.go_on(Phase::End);
                    0
                }
                Some((place, Visited::Left)) => {
                    look.place.set(place + 1);
                    look.slice.set(0);
                    CHUNK
                }
                Some((place, Visited::Pinned(chunk))) => {
                    if place != look.place.get() {
                        look.slice.set(0);
                    }
                    let mut bytes = 0;
                    if look.slice.get() == 0 {
                        look.full.set(true);
                        bytes = self.chunks.purge(options, chunk, only_idle);
                    }
                    if bytes == 0 {
                        bytes = self.purge_spans(options, chunk, look, only_idle);
                    }
                    let is_done = look.slice.get() >= SLICES;
                    let seen = match (is_done, look.full.get()) {
                        (false, _) => Seen::Part,
                        (true, false) => Seen::All,
                        (true, true) => Seen::AllInUse,
                    };
                    self.chunks.unpin(options, chunk, seen);
                    look.place.set(place + usize::from(is_done));
                    if is_done {
                        look.slice.set(0);
                    }
                    bytes
                }
            },
            Phase::End => 0,
        }
    }

    /// Gives pages of spans in a pinned chunk to the system, from the next slice on. Returns how many bytes.
    fn purge_spans(&self, options: Options, chunk: Chunk, look: &Look, only_idle: bool) -> usize {
        let Look { slice: next, full, .. } = look;
        if !options.whole_pages || !advice::CAN_DISCARD {
            next.set(SLICES);
            return 0;
        }
        let page = (Pages::page_size() / GRANULE).max(1);
        let mut bytes = 0;
        while next.get() < SLICES && bytes < AT_ONCE {
            let slice = next.get();
            let Some((class, shard)) = chunk.span_at(slice) else {
                next.set(slice + 1);
                continue;
            };
            let place = Place { full, chunk, slice, only_idle, page };
            bytes += self.shard(shard).purge(&self.chunks, options, shard, class, place);
            next.set(slice + Class::of(class).slices as usize);
        }
        bytes
    }
}
