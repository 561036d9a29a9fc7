//! What a thread keeps to itself: for each class a bin of free blocks, which it takes from and gives back to with a handful of
//! instructions.
//!
//! A bin is a stack of pointers, as in Google's tcmalloc. An entry below its first is null, so "empty" is seen by what is loaded
//! anyway; and "full" by one compare. A closed bin is empty and full at once, and so are those of [`VACANT`], for a thread that has no
//! cache yet.
//!
//! The entries of small bins lie side by side, so that a thread that needs few blocks touches few pages; a bin that grows moves to entries of
//! its own.

mod bin;
mod budget;
mod table;
mod vacant;

use core::cell::Cell;
use core::ptr::{self, NonNull};
use core::slice;
use core::sync::atomic::Ordering::Relaxed;

use super::spans::{CLASSES, Class, ENTRIES, Room, SHARDS};
use bin::NOWHERE;
pub(super) use bin::{Bin, Bins, place};
pub(super) use budget::Budget;
pub(super) use table::CacheTable;
pub(super) use vacant::{VACANT, bound};

/// A request that a bin could not serve. A zero byte is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Event {
    None = 0,
    Empty,
    Full,
}

/// The bins come first, so a pointer to them is one to the cache.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Cache {
    bins: Bins,
    /// The number of the thread that has it.
    number: Cell<usize>,
    /// How many blocks of other threads were sent home.
    sent_home: Cell<u8>,
    /// The last event of the bin of each class since the thread last looked for bins that have none.
    pub(super) events: [Cell<Event>; CLASSES],
    /// When that was, in ticks; and the class to go on with, if that has not come to its end.
    pub(super) swept: Cell<usize>,
    pub(super) next: Cell<usize>,
    /// How many bytes of the budget its bins take.
    pub(super) budget: Cell<usize>,
    /// The cache that was made before this one.
    pub(super) previous: Cell<*mut Cache>,
    small: [[Cell<*mut u8>; SMALL + 1]; CLASSES],
    entries: [Cell<*mut u8>; ENTRIES],
}

/// The most blocks of a small bin.
const SMALL: usize = 15;

/// How many blocks of other threads go home that a thread frees before it has asked for any of their class. It would share a line
/// of the processor's cache with those other threads as long as it used them again.
const SENT_HOME: u8 = 8;

impl Cache {
    /// Makes an empty cache of zero bytes.
    ///
    /// # Safety
    ///
    /// `cache` is a block of zero bytes that is used for nothing else.
    pub(super) unsafe fn init(cache: NonNull<Self>, number: usize, now: usize) {
        // SAFETY: zero bytes are a cache, but for its bins, which are set before they are used.
        let cache = unsafe { cache.as_ref() };
        cache.number.set(number);
        cache.swept.set(now);
        cache.forget();
    }

    /// Closes all bins, whatever is in them. What was stays out of its spans.
    pub(super) fn forget(&self) {
        for bin in &self.bins {
            bin.top.store(NOWHERE, Relaxed);
            bin.limit.set(NOWHERE);
        }
    }

    pub(super) fn number(&self) -> usize {
        self.number.get()
    }

    /// The shard that blocks come from.
    pub(super) fn shard(&self) -> u8 {
        (self.number.get() % SHARDS) as u8
    }

    #[cfg(target_os = "linux")]
    #[inline]
    pub(super) fn bins(&self) -> &Bins {
        &self.bins
    }

    #[inline]
    pub(super) fn bin(&self, class: usize) -> &Bin {
        &self.bins[place(class)]
    }

    /// The first entry of a bin that may hold so many blocks.
    #[inline]
    fn bottom_for(&self, class: usize, capacity: usize) -> *mut *mut u8 {
        match capacity {
            0 => NOWHERE,
            // SAFETY: an entry that stays null comes before the first one.
            1..=SMALL => unsafe { (&raw const self.small[class]).cast::<*mut u8>().cast_mut().add(1) },
            // SAFETY: the entries of a class begin there.
            _ => unsafe { (&raw const self.entries).cast::<*mut u8>().cast_mut().add(Class::of(class).entry as usize) },
        }
    }

    /// The first entry of the bin whose `top` that is.
    #[inline]
    fn bottom(&self, class: usize, top: *mut *mut u8) -> *mut *mut u8 {
        let small = self.bottom_for(class, SMALL);
        if ptr::eq(top, NOWHERE) {
            NOWHERE
        } else if top.addr().wrapping_sub(small.addr()) <= SMALL * size_of::<*mut u8>() {
            small
        } else {
            self.bottom_for(class, usize::MAX)
        }
    }

    /// How many blocks of `class` are here. Any thread may ask.
    pub(super) fn count(&self, class: usize) -> usize {
        let top = self.bin(class).top.load(Relaxed);
        (top.addr() - self.bottom(class, top).addr()) / size_of::<*mut u8>()
    }

    /// How many blocks of `class` there may be at present.
    pub(super) fn capacity(&self, class: usize) -> usize {
        let bin = self.bin(class);
        let bottom = self.bottom(class, bin.top.load(Relaxed));
        (bin.limit.get().addr() - bottom.addr()) / size_of::<*mut u8>()
    }

    /// The bin has no more blocks than `capacity`, which it may hold from now on.
    pub(super) fn set_capacity(&self, class: usize, capacity: usize) {
        let bin = self.bin(class);
        let (top, count) = (bin.top.load(Relaxed), self.count(class));
        let (before, bottom) = (self.bottom(class, top), self.bottom_for(class, capacity));
        if !ptr::eq(before, bottom) {
            if capacity > 0 {
                // SAFETY: there is an entry before the first one.
                let before_first = unsafe { bottom.sub(1) };
                // It is null, but a page that is read before it is written to costs two faults.
                // SAFETY: within the entries, and no block is there.
                unsafe { before_first.write(ptr::null_mut()) };
            }
            // SAFETY: both bins have so many entries, and they are disjoint.
            unsafe { before.copy_to_nonoverlapping(bottom, count) };
            // SAFETY: no more than the capacity.
            bin.top.store(unsafe { bottom.add(count) }, Relaxed);
        }
        // SAFETY: a bin has at least so many entries.
        bin.limit.set(unsafe { bottom.add(capacity) });
    }

    /// Whether the bin takes blocks. It does not before its thread has asked for one.
    pub(super) fn is_open(&self, class: usize) -> bool {
        self.capacity(class) > 0
    }

    /// Whether a block that another thread's shard has is to go there rather than open a bin: a few do.
    pub(super) fn goes_home(&self) -> bool {
        let goes = self.sent_home.get() < SENT_HOME;
        self.sent_home.set(self.sent_home.get() + u8::from(goes));
        goes
    }

    /// Has `fill` put blocks into the bin of `class`, up to half of what it may hold: it is told where there is room, and
    /// returns how many. Returns how many blocks are in the bin then.
    #[inline]
    pub(super) fn fill(&self, class: usize, fill: impl FnOnce(Room) -> usize) -> usize {
        let (top, before, capacity) = (self.bin(class).top.load(Relaxed), self.count(class), self.capacity(class));
        // SAFETY: behind an entry, or at least behind what is null.
        let end = unsafe { NonNull::new_unchecked(top) };
        let count = fill(Room { at: end, most: capacity.div_ceil(2).min(capacity - before) });
        // SAFETY: no more than the capacity.
        self.bin(class).top.store(unsafe { top.add(count) }, Relaxed);
        before + count
    }

    /// Empties the bin of `class` but for the `keep` blocks that came last, by `empty`.
    #[inline]
    pub(super) fn empty(&self, class: usize, keep: usize, empty: impl FnOnce(&mut [*mut u8])) {
        let (top, count) = (self.bin(class).top.load(Relaxed), self.count(class));
        let bottom = self.bottom(class, top);
        let keep = keep.min(count);
        // SAFETY: the entries are initialised, and the caller's thread alone uses them.
        empty(unsafe { slice::from_raw_parts_mut(bottom, count - keep) });
        // SAFETY: the newest lie behind the oldest.
        let newest = unsafe { bottom.add(count - keep) };
        // SAFETY: both within the entries.
        unsafe { newest.copy_to(bottom, keep) };
        // SAFETY: within the entries.
        self.bin(class).top.store(unsafe { bottom.add(keep) }, Relaxed);
    }

    /// How many of a full bin's blocks stay when it is emptied.
    pub(super) fn half(&self, class: usize) -> usize {
        self.capacity(class) / 2
    }
}

// The docs say so.
const _: () = assert!(size_of::<usize>() < 8 || size_of::<Cache>().div_ceil(4096) * 4 == 456);
