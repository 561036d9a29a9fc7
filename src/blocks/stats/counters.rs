//! Counters that threads do not fight over.
//!
//! Every thread with a [number](crate::threads) below `SHARDS` writes a shard of its own, with plain loads and stores; all other
//! threads share the last shard, with atomic additions. A number passes from an ended thread to a new one with an
//! acquire and a release, so the new one goes on from the counts the old one left.
//!
//! What has size 0 is no block, since whoever gives it back may never have been given it.
//!
//! The peak needs the sum of what all threads hold, which none of them knows. So each thread keeps its change of the
//! live bytes to itself until it exceeds `BLUR`, then adds it to the common sum and remembers the result. What it takes
//! for the live bytes, the sum it remembers plus its own change since, is exact if nobody else is there. With others, each of
//! them hides at most `BLUR` bytes from the sum at any moment, and so does the thread itself: that bounds the error of each
//! remembered peak, and whoever raised the sum last before the true peak remembered one no lower than that bound allows.

use core::sync::atomic::Ordering::Relaxed;

use super::Snapshot;
use crate::threads;

#[cfg(target_has_atomic = "64")]
mod word {
    pub(super) type Word = u64;
    pub(super) type Signed = i64;
    pub(super) type Atomic = core::sync::atomic::AtomicU64;
}
/// Where 64 bits are not atomic, counts wrap at the size of a word.
#[cfg(not(target_has_atomic = "64"))]
mod word {
    pub(super) type Word = usize;
    pub(super) type Signed = isize;
    pub(super) type Atomic = core::sync::atomic::AtomicUsize;
}
use word::{Atomic, Signed, Word};

/// Threads with a shard of their own.
const SHARDS: usize = if threads::SLOTS < 32 { threads::SLOTS } else { 32 };

/// How far the live bytes of a thread may run ahead of the common sum, in bytes.
const BLUR: Word = 64 * 1024;

pub(super) struct Counters {
    /// The live bytes of all threads, but for what each still keeps to itself. Wraps below zero.
    live: Line<Atomic>,
    own: [Line<Shard>; SHARDS],
    shared: Line<Shard>,
}

/// On cache lines of its own. Two, since processors fetch them in pairs.
#[repr(align(128))]
struct Line<T>(T);

struct Shard {
    allocations: Atomic,
    deallocations: Atomic,
    grows_in_place: Atomic,
    grows_moved: Atomic,
    shrinks_in_place: Atomic,
    shrinks_moved: Atomic,
    bytes_copied: Atomic,
    bytes_out: Atomic,
    slack: Atomic,
    failures: Atomic,
    largest: Atomic,
    /// The change of the live bytes not yet in the common sum. Wraps below zero.
    change: Atomic,
    /// The common sum when `change` was last added to it.
    sum: Atomic,
    peak: Atomic,
}

/// How to change a counter: alone, or among others.
trait Access: Copy {
    fn add(self, counter: &Atomic, n: Word);
    fn max(self, counter: &Atomic, n: Word);
    /// Accounts `change` bytes more alive (less: wrapped below zero), and returns what the caller takes for the live bytes.
    fn live(self, live: &Atomic, shard: &Shard, change: Word) -> Word;
}

/// One thread writes the shard. Others only read it.
#[derive(Clone, Copy)]
struct Alone;

impl Access for Alone {
    #[inline]
    fn add(self, counter: &Atomic, n: Word) {
        counter.store(counter.load(Relaxed).wrapping_add(n), Relaxed);
    }

    #[inline]
    fn max(self, counter: &Atomic, n: Word) {
        if n > counter.load(Relaxed) {
            counter.store(n, Relaxed);
        }
    }

    #[inline]
    fn live(self, live: &Atomic, shard: &Shard, change: Word) -> Word {
        let change = shard.change.load(Relaxed).wrapping_add(change);
        // Within `-BLUR..=BLUR`, in one compare.
        if change.wrapping_add(BLUR) <= 2 * BLUR {
            shard.change.store(change, Relaxed);
            return shard.sum.load(Relaxed).wrapping_add(change);
        }
        let sum = live.fetch_add(change, Relaxed).wrapping_add(change);
        shard.change.store(0, Relaxed);
        shard.sum.store(sum, Relaxed);
        sum
    }
}

/// Any number of threads write the shard.
#[derive(Clone, Copy)]
struct Shared;

impl Access for Shared {
    #[inline]
    fn add(self, counter: &Atomic, n: Word) {
        counter.fetch_add(n, Relaxed);
    }

    #[inline]
    fn max(self, counter: &Atomic, n: Word) {
        if n > counter.load(Relaxed) {
            counter.fetch_max(n, Relaxed);
        }
    }

    #[inline]
    fn live(self, live: &Atomic, _: &Shard, change: Word) -> Word {
        live.fetch_add(change, Relaxed).wrapping_add(change)
    }
}

impl Counters {
    pub(super) const fn new() -> Self {
        Self { live: Line(Atomic::new(0)), own: [const { Line(Shard::new()) }; SHARDS], shared: Line(Shard::new()) }
    }

    #[inline]
    pub(super) fn allocated(&self, size: usize, slack: usize) {
        match self.own() {
            Some(own) => self.allocated_by(Alone, own, size, slack),
            None => self.allocated_by(Shared, &self.shared.0, size, slack),
        }
    }

    #[inline]
    pub(super) fn deallocated(&self, size: usize) {
        match self.own() {
            Some(own) => self.deallocated_by(Alone, own, size),
            None => self.deallocated_by(Shared, &self.shared.0, size),
        }
    }

    // Inlined, its two ways of counting take registers from the caller, which costs more than a call.
    #[inline(never)]
    pub(super) fn grown(&self, old: usize, new: usize, slack: usize, in_place: bool) {
        match self.own() {
            Some(own) => self.grown_by(Alone, own, old, new, slack, in_place),
            None => self.grown_by(Shared, &self.shared.0, old, new, slack, in_place),
        }
    }

    #[inline]
    pub(super) fn shrunk(&self, old: usize, new: usize, slack: usize, in_place: bool) {
        match self.own() {
            Some(own) => self.shrunk_by(Alone, own, old, new, slack, in_place),
            None => self.shrunk_by(Shared, &self.shared.0, old, new, slack, in_place),
        }
    }

    /// A block grew from size 0, which counts as a growth too.
    #[cold]
    pub(super) fn began(&self) {
        match self.own() {
            Some(own) => Alone.add(&own.allocations, 1),
            None => Shared.add(&self.shared.0.allocations, 1),
        }
    }

    /// A block shrank to size 0, which counts as a shrink too.
    #[cold]
    pub(super) fn ended(&self) {
        match self.own() {
            Some(own) => Alone.add(&own.deallocations, 1),
            None => Shared.add(&self.shared.0.deallocations, 1),
        }
    }

    #[cold]
    pub(super) fn failed(&self, size: usize) {
        match self.own() {
            Some(own) => failed_by(Alone, own, size),
            None => failed_by(Shared, &self.shared.0, size),
        }
    }

    /// The shard only the calling thread writes.
    #[inline]
    fn own(&self) -> Option<&Shard> {
        self.own.get(threads::number_below(SHARDS)?).map(|line| &line.0)
    }

    #[inline]
    fn allocated_by(&self, access: impl Access, shard: &Shard, size: usize, slack: usize) {
        access.add(&shard.allocations, 1);
        self.out(access, shard, size, size, slack);
    }

    #[inline]
    fn deallocated_by(&self, access: impl Access, shard: &Shard, size: usize) {
        access.add(&shard.deallocations, 1);
        self.back(access, shard, size);
    }

    #[inline]
    fn grown_by(&self, access: impl Access, shard: &Shard, old: usize, new: usize, slack: usize, in_place: bool) {
        if in_place {
            access.add(&shard.grows_in_place, 1);
        } else {
            access.add(&shard.grows_moved, 1);
            access.add(&shard.bytes_copied, old as Word);
        }
        self.out(access, shard, new, new.wrapping_sub(old), slack);
    }

    #[inline]
    fn shrunk_by(&self, access: impl Access, shard: &Shard, old: usize, new: usize, slack: usize, in_place: bool) {
        if in_place {
            access.add(&shard.shrinks_in_place, 1);
        } else {
            access.add(&shard.shrinks_moved, 1);
            access.add(&shard.bytes_copied, new as Word);
        }
        if slack != 0 {
            access.add(&shard.slack, slack as Word);
        }
        self.back(access, shard, old.wrapping_sub(new));
    }

    /// A request for `size` bytes gave out `more` bytes.
    #[inline]
    fn out(&self, access: impl Access, shard: &Shard, size: usize, more: usize, slack: usize) {
        access.add(&shard.bytes_out, more as Word);
        if slack != 0 {
            access.add(&shard.slack, slack as Word);
        }
        access.max(&shard.largest, size as Word);
        let now = access.live(&self.live.0, shard, more as Word);
        // What others have not added yet can make the live bytes look negative, which a peak is not.
        if now as Signed > shard.peak.load(Relaxed) as Signed {
            access.max(&shard.peak, now);
        }
    }

    /// `less` bytes came back. No peak can come of that.
    #[inline]
    fn back(&self, access: impl Access, shard: &Shard, less: usize) {
        access.live(&self.live.0, shard, (less as Word).wrapping_neg());
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let shards = || self.own.iter().chain([&self.shared]).map(|line| &line.0);
        let sum = |counter: fn(&Shard) -> &Atomic| {
            shards().map(|shard| counter(shard).load(Relaxed)).fold(0, Word::wrapping_add)
        };
        let max =
            |counter: fn(&Shard) -> &Atomic| shards().map(|shard| counter(shard).load(Relaxed)).max().unwrap_or(0);
        // Not what went out less what came back: that would be off by all that comes and goes between the two reads. Each
        // thread's change is small, so this is off by little. Of quiet threads it is the same.
        let live_bytes = self.live.0.load(Relaxed).wrapping_add(sum(|shard| &shard.change));
        let live_bytes = (live_bytes as Signed).max(0) as Word;
        // First what came back, so that there are no fewer blocks alive than none.
        let deallocations = sum(|shard| &shard.deallocations);
        #[allow(clippy::useless_conversion, reason = "a word is not 64 bits everywhere")]
        #[allow(clippy::unnecessary_cast, reason = "a word is not 64 bits everywhere")]
        Snapshot {
            allocations: sum(|shard| &shard.allocations) as u64,
            deallocations: deallocations as u64,
            grows_in_place: sum(|shard| &shard.grows_in_place) as u64,
            grows_moved: sum(|shard| &shard.grows_moved) as u64,
            shrinks_in_place: sum(|shard| &shard.shrinks_in_place) as u64,
            shrinks_moved: sum(|shard| &shard.shrinks_moved) as u64,
            bytes_copied: sum(|shard| &shard.bytes_copied) as u64,
            live_bytes: live_bytes as u64,
            peak_bytes: max(|shard| &shard.peak).max(live_bytes) as u64,
            total_bytes: sum(|shard| &shard.bytes_out) as u64,
            slack_bytes: sum(|shard| &shard.slack) as u64,
            failures: sum(|shard| &shard.failures) as u64,
            largest_request: max(|shard| &shard.largest) as u64,
        }
    }
}

#[inline]
fn failed_by(access: impl Access, shard: &Shard, size: usize) {
    access.add(&shard.failures, 1);
    access.max(&shard.largest, size as Word);
}

impl Shard {
    const fn new() -> Self {
        Self {
            allocations: Atomic::new(0),
            deallocations: Atomic::new(0),
            grows_in_place: Atomic::new(0),
            grows_moved: Atomic::new(0),
            shrinks_in_place: Atomic::new(0),
            shrinks_moved: Atomic::new(0),
            bytes_copied: Atomic::new(0),
            bytes_out: Atomic::new(0),
            slack: Atomic::new(0),
            failures: Atomic::new(0),
            largest: Atomic::new(0),
            change: Atomic::new(0),
            sum: Atomic::new(0),
            peak: Atomic::new(0),
        }
    }
}
