//! The cache of a thread: a [bin] of free blocks for each class, from which it allocates and to which it frees in a
//! handful of instructions, without a lock.
//!
//! The entries of small bins are adjacent, so that a thread that needs few blocks touches few pages. A bin that grows
//! moves to entries of its own.
//!
//! # Invariants
//!
//! 1. One thread at a time uses a cache: the living thread that has its index; when that has ended, a thread that keeps
//!    the index from being reused meanwhile (see `threads::with_free_index`); and in the child of a fork the only thread.
//!    Other threads may count its blocks.
//! 2. A bin has the small entries of its class, or its own large ones, or it is closed. The entry before the first is
//!    null. The entries up to `top` are blocks of its class, which no thread uses and which are not free in their
//!    spans. `limit` is not before `top`, and the bin has all entries up to there.
//! 3. In a closed bin, `top` equals `limit`, and the entry before is null. So nothing is taken from it, and nothing is
//!    stored to it. The vacant bins are never opened.
//! 4. A cache stays where it is until the heap is freed.

mod bin;
mod budget;
mod table;
mod vacant;

use core::cell::Cell;
use core::ptr::{self, NonNull};
use core::slice;
use core::sync::atomic::Ordering::Relaxed;

use super::spans::{BlockBuffer, CLASSES, ClassInfo, ENTRIES, SHARDS};
pub(super) use bin::{Bin, Bins, bin_index};
pub(super) use budget::CacheBudget;
pub(super) use table::CacheTable;
pub(super) use vacant::{VACANT_BINS, cache_of};

/// A request that a bin could not serve. A zero byte is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum BinEvent {
    None = 0,
    /// An allocation found the bin empty.
    Empty,
    /// A deallocation found the bin full.
    Full,
}

/// The cache of a thread. Its invariants are those of the [module](self).
///
/// The bins come first, so that a pointer to them is a pointer to the cache.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Cache {
    bins: Bins,
    /// The index of the thread that uses the cache.
    thread_index: Cell<usize>,
    /// The number of blocks for which [`returns_to_owner`](Self::returns_to_owner) was true.
    returned_to_owner: Cell<u8>,
    /// The last event of the bin of each class since the last sweep.
    pub(super) events: [Cell<BinEvent>; CLASSES],
    /// The time of the last sweep, in ticks, and the class with which the current one continues.
    pub(super) last_sweep: Cell<usize>,
    pub(super) next_swept: Cell<usize>,
    /// The bytes of the [budget](CacheBudget) that the bins take.
    pub(super) budgeted: Cell<usize>,
    /// The cache that was created before this one.
    pub(super) previous: Cell<*mut Cache>,
    small_entries: [[Cell<*mut u8>; MAX_SMALL + 1]; CLASSES],
    large_entries: [Cell<*mut u8>; ENTRIES],
}

/// The largest capacity of a bin with small entries.
const MAX_SMALL: usize = 15;

/// The number of blocks of other shards that a cache returns to their owners, as
/// [`returns_to_owner`](Cache::returns_to_owner) says.
const MAX_RETURNED_TO_OWNER: u8 = 8;

impl Cache {
    /// Initialises an empty cache.
    ///
    /// # Safety
    ///
    /// `cache` is a block of zero bytes for a `Cache` that has no other use.
    pub(super) unsafe fn init(cache: NonNull<Self>, thread_index: usize, now: usize) {
        // SAFETY: by `# Safety` of this fn; zero bytes are a valid `Cache`, and its bins are set before they are used.
        let cache = unsafe { cache.as_ref() };
        cache.thread_index.set(thread_index);
        cache.last_sweep.set(now);
        cache.reset();
    }

    /// Closes all bins. The blocks in them are lost.
    pub(super) fn reset(&self) {
        self.bins.iter().for_each(Bin::close);
    }

    pub(super) fn thread_index(&self) -> usize {
        self.thread_index.get()
    }

    /// Returns the index of the shard from which the cache takes blocks.
    pub(super) fn shard(&self) -> u8 {
        (self.thread_index.get() % SHARDS) as u8
    }

    #[cfg(target_os = "linux")]
    #[inline]
    pub(super) fn bins(&self) -> &Bins {
        &self.bins
    }

    #[inline]
    pub(super) fn bin(&self, class: usize) -> &Bin {
        &self.bins[bin_index(class)]
    }

    /// Returns the first entry of a bin with this capacity.
    #[inline]
    fn bottom_for(&self, class: usize, capacity: usize) -> *mut *mut u8 {
        match capacity {
            0 => bin::CLOSED,
            // SAFETY: the array is longer than 1. Its first entry stays null.
            1..=MAX_SMALL => unsafe { (&raw const self.small_entries[class]).cast::<*mut u8>().cast_mut().add(1) },
            _ => {
                let entries = (&raw const self.large_entries).cast::<*mut u8>().cast_mut();
                // SAFETY: the index is below `ENTRIES`.
                unsafe { entries.add(ClassInfo::of(class).first_entry as usize) }
            }
        }
    }

    /// Returns the first entry of a bin with this `top`.
    #[inline]
    fn bottom(&self, class: usize, top: *mut *mut u8) -> *mut *mut u8 {
        let small = self.bottom_for(class, MAX_SMALL);
        if ptr::eq(top, bin::CLOSED) {
            bin::CLOSED
        } else if top.addr().wrapping_sub(small.addr()) <= MAX_SMALL * size_of::<*mut u8>() {
            small
        } else {
            self.bottom_for(class, usize::MAX)
        }
    }

    /// Returns the number of blocks in a bin. Any thread may call this.
    pub(super) fn count(&self, class: usize) -> usize {
        let top = self.bin(class).top.load(Relaxed);
        (top.addr() - self.bottom(class, top).addr()) / size_of::<*mut u8>()
    }

    /// Returns the number of blocks that a bin may hold at present.
    pub(super) fn capacity(&self, class: usize) -> usize {
        let bin = self.bin(class);
        let bottom = self.bottom(class, bin.top.load(Relaxed));
        (bin.limit.get().addr() - bottom.addr()) / size_of::<*mut u8>()
    }

    /// Sets the number of blocks that a bin may hold, and moves its blocks if that requires other entries. It holds no
    /// more than that, and `capacity` is at most `max_bin` of the class.
    pub(super) fn set_capacity(&self, class: usize, capacity: usize) {
        let bin = self.bin(class);
        let (top, count) = (bin.top.load(Relaxed), self.count(class));
        let (before, bottom) = (self.bottom(class, top), self.bottom_for(class, capacity));
        if !ptr::eq(before, bottom) {
            if capacity > 0 {
                // SAFETY: there is an entry before the first, by invariant 2.
                let before_first = unsafe { bottom.sub(1) };
                // It is null already, but a page that is read before it is written to costs two page faults.
                // SAFETY: the entry belongs to this cache, and is not part of a bin.
                unsafe { before_first.write(ptr::null_mut()) };
            }
            // SAFETY: both have at least `count` entries, and are disjoint.
            unsafe { before.copy_to_nonoverlapping(bottom, count) };
            // SAFETY: `count` is at most `capacity`.
            bin.top.store(unsafe { bottom.add(count) }, Relaxed);
        }
        // SAFETY: the bin has that many entries.
        bin.limit.set(unsafe { bottom.add(capacity) });
    }

    /// Returns whether a bin accepts blocks. It does not until its thread has asked for one, or has freed some.
    pub(super) fn is_open(&self, class: usize) -> bool {
        self.capacity(class) > 0
    }

    /// Decides whether a block of another shard, of a class whose bin is not open, returns to its owner. The first few
    /// do: if the thread reused them, it would share lines of the processor's cache with the threads of that shard for
    /// as long as it uses them.
    pub(super) fn returns_to_owner(&self) -> bool {
        let returns = self.returned_to_owner.get() < MAX_RETURNED_TO_OWNER;
        self.returned_to_owner.set(self.returned_to_owner.get() + u8::from(returns));
        returns
    }

    /// Adds blocks to a bin, up to half of its capacity, and returns the number of blocks that it has then.
    ///
    /// `fill` writes free blocks of `class` to the buffer, and returns their number.
    #[inline]
    pub(super) fn fill(&self, class: usize, fill: impl FnOnce(BlockBuffer) -> usize) -> usize {
        let (top, before, capacity) = (self.bin(class).top.load(Relaxed), self.count(class), self.capacity(class));
        // SAFETY: the top is the address after an entry, by invariants 2 and 3.
        let start = unsafe { NonNull::new_unchecked(top) };
        let count = fill(BlockBuffer { start, capacity: capacity.div_ceil(2).min(capacity - before) });
        // SAFETY: `count` is at most the capacity of the buffer, so the bin has at least `before + count` entries.
        self.bin(class).top.store(unsafe { top.add(count) }, Relaxed);
        before + count
    }

    /// Removes all blocks of a bin but the `keep` newest. `free` frees them.
    #[inline]
    pub(super) fn flush(&self, class: usize, keep: usize, free: impl FnOnce(&mut [*mut u8])) {
        let (top, count) = (self.bin(class).top.load(Relaxed), self.count(class));
        let bottom = self.bottom(class, top);
        let keep = keep.min(count);
        // SAFETY: the entries are initialised, and by invariant 1 no other thread uses them.
        free(unsafe { slice::from_raw_parts_mut(bottom, count - keep) });
        // SAFETY: the bin has `count` entries.
        let newest = unsafe { bottom.add(count - keep) };
        // SAFETY: both ranges lie in the entries of the bin.
        unsafe { newest.copy_to(bottom, keep) };
        // SAFETY: `keep` is at most `count`.
        self.bin(class).top.store(unsafe { bottom.add(keep) }, Relaxed);
    }
}

// The docs of `SharedPool` state this size.
const _: () = assert!(size_of::<usize>() < 8 || size_of::<Cache>().div_ceil(4096) * 4 == 456);
