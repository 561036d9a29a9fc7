//! Counting.

mod counters;
mod snapshot;

use core::fmt;
use core::ptr::NonNull;

use crate::api::{AllocError, Allocator, CallsMalloc, GlobalAllocator, Layout, Owns, StaticAllocator};
use counters::Counters;
pub use snapshot::Snapshot;

/// Counts what passes to `A`: requests, bytes, moves, failures, and the peak of live bytes.
///
/// * **Cost per call**: a thread-local read, or a call where std has none that is native, and about eight plain loads and
///   stores to memory of the thread's own, and no lock. One atomic addition to a common counter comes whenever the thread's live bytes
///   have changed by 64 KiB. That is for the first 32 threads that live at a time; others share one set of counters, with
///   atomic additions. On systems whose threads the crate does not know there is only that one set.
/// * **Size**: a little over 4 KiB beside `A` (with one set 256 bytes). In a collection, pass it by reference.
/// * **Exact** when all threads are quiet: every count, and the live bytes. The **peak** is exact as long as one thread
///   uses the `Stats`; with more it may be off by 64 KiB for each of them, either way. (What C's
///   `pthread_key_create` has called at the end of a thread may count as another one.)
/// * **Blocks** are exactly as long as requested, whatever `A` returns: only so do the bytes given back equal the
///   bytes given out. What is cut off is counted as slack.
/// * **Threads**: `Sync` where `A` is. Usable behind `#[global_allocator]` where `A` is.
/// * **Size 0** is passed on, and is no block: collections give back at size 0 what no allocator gave out
///   ([rule 6](crate::api#size-0)), so neither is counted. **`deallocate`** counts and passes the block on.
///
/// Counters shared with threads that outlive a scope sit in a static: `&STATS` is an allocator, `Arc<Stats<A>>` is not.
///
/// A block must be given back through the `Stats` it came from; given back to `A` directly it would stay live here.
///
/// # Collections in collections
///
/// Only requests to this value are counted. A `Vec<String, &Stats<_>>` asks it for its buffer; the `String`s in it are std's, and
/// ask the default. To count them as well, make them of collections in the same `Stats`, or count the default, by
/// [`AsGlobal<Stats<_>>`](crate::AsGlobal).
///
/// ```
/// use janus_alloc::{Global, Stats, collections::Vec};
///
/// let stats = Stats::new(Global);
/// let mut names: Vec<String, _> = Vec::with_capacity_in(10, &stats);
/// names.push("a text in a block of the default".to_string());
/// assert_eq!(stats.snapshot().live_bytes, 10 * size_of::<String>() as u64);
/// drop(names);
///
/// let mut names: Vec<Vec<u8, _>, _> = Vec::with_capacity_in(10, &stats);
/// let mut name = Vec::with_capacity_in(100, &stats);
/// name.extend_from_slice(b"a text in a counted block");
/// names.push(name);
/// let buffer = 10 * size_of_val(&names[0]) as u64;
/// assert_eq!(stats.snapshot().live_bytes, buffer + 100);
/// ```
///
/// The counters are those of D's `StatsCollector`; that counts are kept by thread follows jemalloc.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, Stats, collections::Vec};
///
/// let stats = Stats::new(Global);
/// let mut numbers = Vec::with_capacity_in(100, &stats);
/// numbers.extend(0..100_u32);
/// numbers.push(100); // grows
/// let snapshot = stats.snapshot();
/// assert_eq!(snapshot.allocations, 1);
/// assert_eq!(snapshot.grows(), 1);
/// assert_eq!(snapshot.live_bytes, 800);
///
/// drop(numbers);
/// assert_eq!(stats.snapshot().live_bytes, 0);
/// println!("{}", stats.snapshot());
/// ```
pub struct Stats<A> {
    counters: Counters,
    parent: A,
}

impl<A> Stats<A> {
    /// Starts to count what passes to `parent`, from zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Stats, System};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
    /// # assert!(DEFAULT.snapshot().allocations > 0 || DEFAULT.snapshot().failures == 0);
    /// ```
    #[must_use]
    pub const fn new(parent: A) -> Self {
        Self { counters: Counters::new(), parent }
    }

    /// The allocator that serves. Blocks it gives out directly are not counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System};
    ///
    /// let stats = Stats::new(System);
    /// let _: &System = stats.parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// The counts now. Reads about four kilobytes, allocates nothing, and may be called from any thread at any time.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, Stats, collections::Box};
    ///
    /// let stats = Stats::new(Global);
    /// let boxed = Box::new_in([0_u8; 300], &stats);
    /// assert_eq!(stats.snapshot().live_bytes, 300);
    /// drop(boxed);
    /// assert_eq!(stats.snapshot().live_blocks(), 0);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.counters.snapshot()
    }

    /// Counts a fresh block or a failure, and cuts the block to the requested length.
    #[inline]
    fn allocated(&self, layout: Layout, block: Result<NonNull<[u8]>, AllocError>) -> Result<NonNull<[u8]>, AllocError> {
        match block {
            Ok(_) if layout.size() == 0 => {}
            Ok(block) => self.counters.allocated(layout.size(), slack(block, layout)),
            Err(AllocError) => self.counters.failed(layout.size()),
        }
        Ok(cut(block?, layout))
    }

    /// Counts a growth or a failure, and cuts the block to the requested length.
    #[inline]
    fn grown(
        &self,
        start: NonNull<u8>,
        old: Layout,
        new: Layout,
        block: Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match block {
            Ok(block) => {
                self.counters.grown(old.size(), new.size(), slack(block, new), block.cast() == start);
            }
            Err(AllocError) => self.counters.failed(new.size()),
        }
        Ok(cut(block?, new))
    }

    /// Counts a shrink or a failure, and cuts the block to the requested length.
    #[inline]
    fn shrunk(
        &self,
        start: NonNull<u8>,
        old: Layout,
        new: Layout,
        block: Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match block {
            Ok(block) => self.counters.shrunk(old.size(), new.size(), slack(block, new), block.cast() == start),
            Err(AllocError) => self.counters.failed(new.size()),
        }
        Ok(cut(block?, new))
    }

    /// Grows from size 0: a block begins, unless the new size is 0 too.
    ///
    /// # Safety
    ///
    /// As for [`Allocator::grow`], or where `zeroed`, [`Allocator::grow_zeroed`].
    #[cold]
    #[inline(never)]
    unsafe fn grow_from_nothing(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        zeroed: bool,
    ) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        let grown = if zeroed {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.parent.grow_zeroed(block, old, new) }
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.parent.grow(block, old, new) }
        };
        if new.size() == 0 {
            return grown.map(|grown| cut(grown, new));
        }
        if grown.is_ok() {
            self.counters.began();
        }
        self.grown(block, old, new, grown)
    }

    /// Shrinks to size 0: a block ends, unless the old size was 0 too.
    ///
    /// # Safety
    ///
    /// As for [`Allocator::shrink`].
    #[cold]
    #[inline(never)]
    unsafe fn shrink_to_nothing(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { self.parent.shrink(block, old, new) };
        if old.size() == 0 {
            return shrunk.map(|shrunk| cut(shrunk, new));
        }
        if shrunk.is_ok() {
            self.counters.ended();
        }
        self.shrunk(block, old, new, shrunk)
    }
}

/// The bytes of `block` beyond those that were asked for.
#[inline]
fn slack(block: NonNull<[u8]>, layout: Layout) -> usize {
    // No block is shorter, by rule 1.
    block.len().wrapping_sub(layout.size())
}

/// The first bytes of `block`, as many as were asked for.
#[inline]
fn cut(block: NonNull<[u8]>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block.cast(), layout.size())
}

// SAFETY: every call is passed on, and a block is only made to look shorter, down to the requested size, which fits. Counting
// neither unwinds nor allocates. The counters are not part of any block, so the value may move.
unsafe impl<A: Allocator> Allocator for Stats<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocated(layout, self.parent.allocate(layout))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocated(layout, self.parent.allocate_zeroed(layout))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            self.counters.deallocated(layout.size());
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old_layout.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.grow_from_nothing(block, old_layout, new_layout, false) };
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.parent.grow(block, old_layout, new_layout) };
        self.grown(block, old_layout, new_layout, grown)
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old_layout.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.grow_from_nothing(block, old_layout, new_layout, true) };
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.parent.grow_zeroed(block, old_layout, new_layout) };
        self.grown(block, old_layout, new_layout, grown)
    }

    #[inline]
    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if new_layout.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.shrink_to_nothing(block, old_layout, new_layout) };
        }
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { self.parent.shrink(block, old_layout, new_layout) };
        self.shrunk(block, old_layout, new_layout, shrunk)
    }
}

// SAFETY: a block ends only with the parent's.
unsafe impl<A: StaticAllocator> StaticAllocator for Stats<A> {}
// SAFETY: counting calls nothing that allocates; the rest is the parent's.
unsafe impl<A: GlobalAllocator> GlobalAllocator for Stats<A> {}
impl<A: CallsMalloc> CallsMalloc for Stats<A> {}
// SAFETY: the blocks are the parent's.
unsafe impl<A: Owns> Owns for Stats<A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}

impl<A: Default> Default for Stats<A> {
    fn default() -> Self {
        Self::new(A::default())
    }
}

impl<A: fmt::Debug> fmt::Debug for Stats<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stats").field("parent", &self.parent).field("snapshot", &self.snapshot()).finish()
    }
}
