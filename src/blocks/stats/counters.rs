//! Counters that threads update without contention.
//!
//! Each thread whose [index](crate::threads) is below `OWN_SHARDS` has a shard of its own and updates it by plain loads and stores.
//! All other threads share one more shard and update it by atomic additions. When a thread ends, its index passes to a new thread
//! with a release and an acquire, so the new thread continues from the counts that the old one left.
//!
//! Requests of size 0 are not counted, because a collection may free a block of size 0 that no allocator returned.
//!
//! # The peak
//!
//! The peak needs the sum of the live bytes of all threads, which no thread knows. Each thread keeps the change of its live bytes to
//! itself until the change exceeds `MAX_PENDING_BYTES`, and then adds it to a common total and remembers the result. Its estimate of
//! all live bytes is the remembered total plus its own change since. With one thread the estimate is exact. With several, the total
//! lacks at most `MAX_PENDING_BYTES` of each thread at any moment, so each estimate is at most that much per thread off. Hence the
//! recorded peak is at most 64 KiB per active thread off.
//!
//! # Invariants
//!
//! 1. At most one thread at a time writes a shard in [`Counters::own_shards`]: the thread that has its index.
//! 2. The live bytes of all threads are [`Counters::live`] plus the [`pending`](CounterShard::pending) of all shards, as wrapping sums.
//! 3. The `pending` of a shard is within `-MAX_PENDING_BYTES..=MAX_PENDING_BYTES`. That of the shared shard is 0.

use core::sync::atomic::Ordering::Relaxed;

use super::Snapshot;
use crate::blocks::system_memory::Zeroable;
use crate::threads;

#[cfg(target_has_atomic = "64")]
mod word {
    pub(super) type Word = u64;
    pub(super) type Signed = i64;
    pub(super) type Atomic = core::sync::atomic::AtomicU64;
}
/// Without 64-bit atomics, counts wrap at the size of a machine word.
#[cfg(not(target_has_atomic = "64"))]
mod word {
    pub(super) type Word = usize;
    pub(super) type Signed = isize;
    pub(super) type Atomic = core::sync::atomic::AtomicUsize;
}
use word::{Atomic, Signed, Word};

/// The number of threads with a shard of their own.
pub(super) const OWN_SHARDS: usize = if threads::SLOTS < 32 { threads::SLOTS } else { 32 };

/// The largest change of its live bytes, in bytes, that a thread keeps out of the common total.
const MAX_PENDING_BYTES: Word = 64 * 1024;

/// All zero bytes are counters at zero.
#[repr(C)]
pub(in crate::blocks) struct Counters {
    /// The live bytes of all threads, except what is pending in their shards. May wrap below zero.
    live: CachePadded<Atomic>,
    own_shards: [CachePadded<CounterShard>; OWN_SHARDS],
    shared_shard: CachePadded<CounterShard>,
}

// SAFETY: it is made of atomics.
unsafe impl Zeroable for Counters {}

/// A value on cache lines of its own. Two lines, because processors fetch them in pairs.
#[repr(align(128))]
struct CachePadded<T>(T);

struct CounterShard {
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
    /// The change of the live bytes that is not in the common total yet. May wrap below zero.
    pending: Atomic,
    /// The common total after `pending` was last added to it.
    last_total: Atomic,
    peak: Atomic,
}

/// The way to update the counters of a shard.
trait Update: Copy {
    fn add(self, counter: &Atomic, n: Word);
    fn max(self, counter: &Atomic, n: Word);
    /// Adds `change` (wrapped below zero for a decrease) to the live bytes, and returns an estimate of those of all threads.
    fn add_live(self, live: &Atomic, shard: &CounterShard, change: Word) -> Word;
}

/// Updates a shard that only the calling thread writes.
#[derive(Clone, Copy)]
struct SingleWriter;

impl Update for SingleWriter {
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
    fn add_live(self, live: &Atomic, shard: &CounterShard, change: Word) -> Word {
        let pending = shard.pending.load(Relaxed).wrapping_add(change);
        // Within `-MAX_PENDING_BYTES..=MAX_PENDING_BYTES`, in one compare.
        if pending.wrapping_add(MAX_PENDING_BYTES) <= 2 * MAX_PENDING_BYTES {
            shard.pending.store(pending, Relaxed);
            return shard.last_total.load(Relaxed).wrapping_add(pending);
        }
        let total = live.fetch_add(pending, Relaxed).wrapping_add(pending);
        shard.pending.store(0, Relaxed);
        shard.last_total.store(total, Relaxed);
        total
    }
}

/// Updates a shard that several threads write.
#[derive(Clone, Copy)]
struct ManyWriters;

impl Update for ManyWriters {
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
    fn add_live(self, live: &Atomic, _: &CounterShard, change: Word) -> Word {
        live.fetch_add(change, Relaxed).wrapping_add(change)
    }
}

/// The address of a block after a growth or a shrink.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::blocks) enum Placement {
    InPlace,
    Moved,
}

/// The sizes of a block before and after a growth or a shrink, and where it lies now.
#[derive(Clone, Copy)]
pub(in crate::blocks) struct Resize {
    pub(in crate::blocks) old: usize,
    pub(in crate::blocks) new: usize,
    /// The bytes that the parent returned beyond the requested ones.
    pub(in crate::blocks) slack: usize,
    pub(in crate::blocks) placement: Placement,
}

impl Counters {
    pub(in crate::blocks) const fn new() -> Self {
        Self {
            live: CachePadded(Atomic::new(0)),
            own_shards: [const { CachePadded(CounterShard::new()) }; OWN_SHARDS],
            shared_shard: CachePadded(CounterShard::new()),
        }
    }

    #[inline]
    pub(in crate::blocks) fn count_allocation(&self, size: usize, slack: usize) {
        if !self.try_count_allocation(OWN_SHARDS, size, slack) {
            self.count_allocation_slowly(size, slack);
        }
    }

    #[inline]
    pub(in crate::blocks) fn count_deallocation(&self, size: usize) {
        if !self.try_count_deallocation(OWN_SHARDS, size) {
            self.count_deallocation_slowly(size);
        }
    }

    // Not inlined: the registers that its branches need cost the caller more than the call does.
    #[inline(never)]
    pub(in crate::blocks) fn count_grow(&self, sizes: Resize) {
        if !self.try_count_grow(OWN_SHARDS, sizes) {
            self.count_grow_slowly(sizes);
        }
    }

    #[inline]
    pub(in crate::blocks) fn count_shrink(&self, sizes: Resize) {
        if !self.try_count_shrink(OWN_SHARDS, sizes) {
            self.count_shrink_slowly(sizes);
        }
    }

    /// Counts an allocation in the first call of a thread, and for threads without a shard of their own.
    #[inline(never)]
    fn count_allocation_slowly(&self, size: usize, slack: usize) {
        match self.own_shard() {
            Some(own) => self.count_allocation_in(SingleWriter, own, size, slack),
            None => self.count_allocation_in(ManyWriters, &self.shared_shard.0, size, slack),
        }
    }

    #[inline(never)]
    fn count_deallocation_slowly(&self, size: usize) {
        match self.own_shard() {
            Some(own) => self.count_deallocation_in(SingleWriter, own, size),
            None => self.count_deallocation_in(ManyWriters, &self.shared_shard.0, size),
        }
    }

    #[inline(never)]
    fn count_grow_slowly(&self, sizes: Resize) {
        match self.own_shard() {
            Some(own) => self.count_grow_in(SingleWriter, own, sizes),
            None => self.count_grow_in(ManyWriters, &self.shared_shard.0, sizes),
        }
    }

    #[inline(never)]
    fn count_shrink_slowly(&self, sizes: Resize) {
        match self.own_shard() {
            Some(own) => self.count_shrink_in(SingleWriter, own, sizes),
            None => self.count_shrink_in(ManyWriters, &self.shared_shard.0, sizes),
        }
    }

    /// Counts the block that a growth from size 0 begins. The caller counts the growth as well.
    #[cold]
    pub(in crate::blocks) fn count_begin(&self) {
        match self.own_shard() {
            Some(own) => SingleWriter.add(&own.allocations, 1),
            None => ManyWriters.add(&self.shared_shard.0.allocations, 1),
        }
    }

    /// Counts the block that a shrink to size 0 ends. The caller counts the shrink as well.
    #[cold]
    pub(in crate::blocks) fn count_end(&self) {
        match self.own_shard() {
            Some(own) => SingleWriter.add(&own.deallocations, 1),
            None => ManyWriters.add(&self.shared_shard.0.deallocations, 1),
        }
    }

    #[cold]
    pub(in crate::blocks) fn count_failure(&self, size: usize) {
        match self.own_shard() {
            Some(own) => count_failure_in(SingleWriter, own, size),
            None => count_failure_in(ManyWriters, &self.shared_shard.0, size),
        }
    }

    /// Returns the shard that only the calling thread writes, by invariant 1.
    #[inline]
    fn own_shard(&self) -> Option<&CounterShard> {
        self.own_shards.get(threads::thread_index_below(OWN_SHARDS)?).map(|padded| &padded.0)
    }

    /// Returns the shard of the calling thread if its index has a slot and is below `limit`, by one comparison.
    #[inline]
    fn own_shard_below(&self, limit: usize) -> Option<&CounterShard> {
        self.own_shards.get(threads::slotted_index_below(limit)?).map(|padded| &padded.0)
    }

    /// Counts an allocation if the index of the calling thread has a slot and is below `limit`, and returns whether it did.
    #[inline]
    pub(super) fn try_count_allocation(&self, limit: usize, size: usize, slack: usize) -> bool {
        let own = self.own_shard_below(limit);
        own.map(|own| self.count_allocation_in(SingleWriter, own, size, slack)).is_some()
    }

    /// Counts a deallocation, as [`try_count_allocation`](Self::try_count_allocation) does.
    #[inline]
    pub(super) fn try_count_deallocation(&self, limit: usize, size: usize) -> bool {
        let own = self.own_shard_below(limit);
        own.map(|own| self.count_deallocation_in(SingleWriter, own, size)).is_some()
    }

    /// Counts a growth, as [`try_count_allocation`](Self::try_count_allocation) does.
    #[inline]
    pub(super) fn try_count_grow(&self, limit: usize, sizes: Resize) -> bool {
        let own = self.own_shard_below(limit);
        own.map(|own| self.count_grow_in(SingleWriter, own, sizes)).is_some()
    }

    /// Counts a shrink, as [`try_count_allocation`](Self::try_count_allocation) does.
    #[inline]
    pub(super) fn try_count_shrink(&self, limit: usize, sizes: Resize) -> bool {
        let own = self.own_shard_below(limit);
        own.map(|own| self.count_shrink_in(SingleWriter, own, sizes)).is_some()
    }

    /// Sets all counters to zero. The caller is the only one that uses them.
    pub(super) fn reset(&self) {
        clear(&self.live.0);
        self.shards().flat_map(CounterShard::all).for_each(clear);
    }

    /// Counts each live block as freed. No other thread counts meanwhile.
    pub(in crate::blocks) fn free_all(&self) {
        let live = self.sum(|shard| &shard.allocations).wrapping_sub(self.sum(|shard| &shard.deallocations));
        if live != 0 {
            SingleWriter.add(&self.shared_shard.0.deallocations, live);
            SingleWriter.max(&self.shared_shard.0.peak, self.live_bytes());
        }
        clear(&self.live.0);
        self.shards().flat_map(|shard| [&shard.pending, &shard.last_total]).for_each(clear);
    }

    /// Returns the live bytes of all threads: exactly if no thread is counting.
    fn live_bytes(&self) -> Word {
        // By invariant 2. The difference of bytes allocated and freed would be off by everything allocated and freed between reading the
        // two; a pending change is small (invariant 3), so this sum is off by little.
        let live_bytes = self.live.0.load(Relaxed).wrapping_add(self.sum(|shard| &shard.pending));
        (live_bytes as Signed).max(0) as Word
    }

    fn sum(&self, counter: fn(&CounterShard) -> &Atomic) -> Word {
        self.shards().map(|shard| counter(shard).load(Relaxed)).fold(0, Word::wrapping_add)
    }

    fn shards(&self) -> impl Iterator<Item = &CounterShard> {
        self.own_shards.iter().chain([&self.shared_shard]).map(|padded| &padded.0)
    }

    #[inline]
    fn count_allocation_in(&self, update: impl Update, shard: &CounterShard, size: usize, slack: usize) {
        update.add(&shard.allocations, 1);
        self.add_bytes_out(update, shard, size, size, slack);
    }

    #[inline]
    fn count_deallocation_in(&self, update: impl Update, shard: &CounterShard, size: usize) {
        update.add(&shard.deallocations, 1);
        self.subtract_live(update, shard, size);
    }

    #[inline]
    fn count_grow_in(&self, update: impl Update, shard: &CounterShard, sizes: Resize) {
        let Resize { old, new, slack, placement } = sizes;
        match placement {
            Placement::InPlace => update.add(&shard.grows_in_place, 1),
            Placement::Moved => {
                update.add(&shard.grows_moved, 1);
                update.add(&shard.bytes_copied, old as Word);
            }
        }
        self.add_bytes_out(update, shard, new, new.wrapping_sub(old), slack);
    }

    #[inline]
    fn count_shrink_in(&self, update: impl Update, shard: &CounterShard, sizes: Resize) {
        let Resize { old, new, slack, placement } = sizes;
        match placement {
            Placement::InPlace => update.add(&shard.shrinks_in_place, 1),
            Placement::Moved => {
                update.add(&shard.shrinks_moved, 1);
                update.add(&shard.bytes_copied, new as Word);
            }
        }
        if slack != 0 {
            update.add(&shard.slack, slack as Word);
        }
        self.subtract_live(update, shard, old.wrapping_sub(new));
    }

    /// Counts `gained` bytes that a request for `size` bytes added to the live ones.
    #[inline]
    fn add_bytes_out(&self, update: impl Update, shard: &CounterShard, size: usize, gained: usize, slack: usize) {
        update.add(&shard.bytes_out, gained as Word);
        if slack != 0 {
            update.add(&shard.slack, slack as Word);
        }
        update.max(&shard.largest, size as Word);
        let live = update.add_live(&self.live.0, shard, gained as Word);
        // The estimate may be negative, because of changes pending in other shards. A peak is never negative.
        if live as Signed > shard.peak.load(Relaxed) as Signed {
            update.max(&shard.peak, live);
        }
    }

    /// Subtracts `lost` bytes from the live ones. The peak stays.
    #[inline]
    fn subtract_live(&self, update: impl Update, shard: &CounterShard, lost: usize) {
        update.add_live(&self.live.0, shard, (lost as Word).wrapping_neg());
    }

    pub(in crate::blocks) fn snapshot(&self) -> Snapshot {
        let max = |counter: fn(&CounterShard) -> &Atomic| {
            self.shards().map(|shard| counter(shard).load(Relaxed)).max().unwrap_or(0)
        };
        let live_bytes = self.live_bytes();
        // Deallocations are read first, so that they do not exceed the allocations.
        let deallocations = self.sum(|shard| &shard.deallocations);
        #[allow(clippy::useless_conversion, reason = "a `Word` is not 64 bits on every target")]
        #[allow(clippy::unnecessary_cast, reason = "a `Word` is not 64 bits on every target")]
        Snapshot {
            allocations: self.sum(|shard| &shard.allocations) as u64,
            deallocations: deallocations as u64,
            grows_in_place: self.sum(|shard| &shard.grows_in_place) as u64,
            grows_moved: self.sum(|shard| &shard.grows_moved) as u64,
            shrinks_in_place: self.sum(|shard| &shard.shrinks_in_place) as u64,
            shrinks_moved: self.sum(|shard| &shard.shrinks_moved) as u64,
            bytes_copied: self.sum(|shard| &shard.bytes_copied) as u64,
            live_bytes: live_bytes as u64,
            peak_bytes: max(|shard| &shard.peak).max(live_bytes) as u64,
            total_bytes: self.sum(|shard| &shard.bytes_out) as u64,
            slack_bytes: self.sum(|shard| &shard.slack) as u64,
            failures: self.sum(|shard| &shard.failures) as u64,
            largest_request: max(|shard| &shard.largest) as u64,
        }
    }
}

/// Sets a counter to zero. A page that no thread has counted on is not written to, so it still takes no memory.
fn clear(counter: &Atomic) {
    if counter.load(Relaxed) != 0 {
        counter.store(0, Relaxed);
    }
}

#[inline]
fn count_failure_in(update: impl Update, shard: &CounterShard, size: usize) {
    update.add(&shard.failures, 1);
    update.max(&shard.largest, size as Word);
}

impl CounterShard {
    fn all(&self) -> [&Atomic; 14] {
        // Names each field, so that the compiler reports a counter that is missing here.
        let Self {
            allocations,
            deallocations,
            grows_in_place,
            grows_moved,
            shrinks_in_place,
            shrinks_moved,
            bytes_copied,
            bytes_out,
            slack,
            failures,
            largest,
            pending,
            last_total,
            peak,
        } = self;
        [
            allocations,
            deallocations,
            grows_in_place,
            grows_moved,
            shrinks_in_place,
            shrinks_moved,
            bytes_copied,
            bytes_out,
            slack,
            failures,
            largest,
            pending,
            last_total,
            peak,
        ]
    }

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
            pending: Atomic::new(0),
            last_total: Atomic::new(0),
            peak: Atomic::new(0),
        }
    }
}
