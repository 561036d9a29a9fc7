//! A building block that counts the requests that pass through it, and reports of all those that have a name.

pub(in crate::blocks) mod counters;
#[cfg(feature = "alloc")]
mod prometheus;
mod registry;
#[cfg(feature = "alloc")]
pub(in crate::blocks) mod report;
mod row;
#[cfg(feature = "serde")]
mod serialize;
mod snapshot;
mod tally;

use core::fmt;
use core::ptr::NonNull;

use crate::api::contents::Contents;
use crate::api::shorten::shorten;
use crate::api::{
    AllocError, Allocator, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset, StaticAllocator,
    WholePages,
};
use counters::{Placement, Resize};
pub use registry::rows;
#[cfg(feature = "alloc")]
pub use report::{Report, report};
pub use row::Row;
pub use snapshot::Snapshot;
use tally::Tally;

/// Counts the requests that pass to `A`, with their bytes, moves and failures, and the peak of live bytes.
///
/// * **Cost per call**: about 25 instructions: a thread-local read (a function call where std has no native thread-locals) and about eight
///   plain loads and stores to memory of the calling thread. (Counted by `cargo run --release -p janus-benches --bin instructions --
///   blocks`.) No lock. Whenever a thread's live bytes have changed by 64 KiB, one atomic addition to a common counter. This holds for the
///   first 32 threads that live at a time; all others share one set of counters, with atomic additions. On systems whose threads the crate
///   does not support there is only the shared set.
/// * **Size**: a little over 4 KiB in addition to `A`, or about 300 bytes with only the shared set. Pass it to a collection by
///   reference.
/// * **Names**: [`Stats::named`] joins [`report`], which shows all live named allocators, the largest first.
/// * **Accuracy**: while no thread allocates, every count and the live bytes are exact. The **peak** is exact if one thread uses the
///   `Stats`; with several, it may be off by 64 KiB for each of them, in either direction. (A destructor of C's `pthread_key_create`
///   may count as one more thread.)
/// * **Blocks** are exactly as long as requested, whatever `A` returns, so that the bytes freed equal the bytes allocated. The bytes
///   cut off are counted as slack.
/// * **Threads**: `Sync` if `A` is. It can stand behind `#[global_allocator]` if `A` can.
/// * **Size 0** is passed on and not counted, because collections free blocks of size 0 that no allocator returned
///   ([rule 6](crate::api#size-0)). **`deallocate`** counts and passes the block on. A **reset** counts all live blocks as freed.
///
/// To share counters with threads that outlive a scope, put them in a static and pass `&STATS`, or in an
/// [`Arc`](crate::collections::Arc) of this crate, which is an allocator; std's `Arc` is not.
///
/// Free a block through the `Stats` that allocated it: a block freed directly through `A` would be counted as live for ever.
///
/// # Collections in collections
///
/// A `Stats` counts only the requests made to it. A `Vec<String, &Stats<_>>` requests its buffer from it; the `String`s are std's and
/// allocate from the default. To count those too, use collections in the same `Stats`, or count the default with
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
/// The set of counters follows D's `StatsCollector`, and counting per thread follows jemalloc.
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
    counters: Tally,
    parent: A,
}

impl<A> Stats<A> {
    /// Creates a `Stats` over `parent`, with all counts zero.
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
        Self { counters: Tally::new(), parent }
    }

    /// Creates a `Stats` over `parent` that [`report`] shows under `name`, with all counts zero.
    ///
    /// It joins the report with its first request and leaves when it is dropped. Several may have the same name. The default of a
    /// process, a static and a value that moves may all have one: the counters of a named `Stats` are not in the value but in 8 KiB
    /// of memory from the operating system, requested with the first count, so a report finds them wherever the value is. (On systems
    /// without [`Pages`](crate::Pages) they are in memory of [`System`](crate::System).) That memory is kept for later named
    /// `Stats` after a drop. If the system has no memory, the `Stats` counts as one without a name does, and no report shows it.
    ///
    /// **Cost per call**: about 20 instructions more than without a name. Joining makes one system call and takes no lock.
    ///
    /// For a name that is made at run time use `String::leak`, and few of those: a leaked name stays for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Stats, System, collections::Vec, stats};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Stats<System>> = AsGlobal::new(Stats::named("default", System));
    ///
    /// let parser = Stats::named("parser", System);
    /// let tokens: Vec<u32, _> = Vec::with_capacity_in(1 << 20, &parser);
    /// println!("{}", stats::report());
    /// assert_eq!(stats::report().rows()[0].name, "parser"); // the largest
    /// # drop(tokens);
    /// ```
    #[must_use]
    pub const fn named(name: &'static str, parent: A) -> Self {
        Self { counters: Tally::named(name), parent }
    }

    /// Returns the name that reports show, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System};
    ///
    /// assert_eq!(Stats::named("parser", System).name(), Some("parser"));
    /// assert_eq!(Stats::new(System).name(), None);
    /// ```
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        self.counters.name()
    }

    /// Returns the allocator that serves the requests. Requests made to it directly are not counted.
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

    /// Returns the current counts. Reads about 4 KiB, allocates nothing, and may be called from any thread at any time.
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

    /// Counts an allocation or its failure, and shortens the block to the requested length.
    #[inline]
    fn count_allocation(
        &self,
        layout: Layout,
        block: Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match block {
            Ok(_) if layout.size() == 0 => {}
            Ok(block) => self.counters.count_allocation(layout.size(), slack(block, layout)),
            Err(AllocError) => self.counters.count_failure(layout.size()),
        }
        Ok(shorten(block?, layout))
    }

    /// Counts a growth or its failure, and shortens the block to the requested length.
    #[inline]
    fn count_grow(
        &self,
        start: NonNull<u8>,
        old: Layout,
        new: Layout,
        block: Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match block {
            Ok(block) => self.counters.count_grow(resize(start, old, new, block)),
            Err(AllocError) => self.counters.count_failure(new.size()),
        }
        Ok(shorten(block?, new))
    }

    /// Counts a shrink or its failure, and shortens the block to the requested length.
    #[inline]
    fn count_shrink(
        &self,
        start: NonNull<u8>,
        old: Layout,
        new: Layout,
        block: Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match block {
            Ok(block) => self.counters.count_shrink(resize(start, old, new, block)),
            Err(AllocError) => self.counters.count_failure(new.size()),
        }
        Ok(shorten(block?, new))
    }

    /// Grows a block, whose added bytes have these contents.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[inline]
    unsafe fn grow_with(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        if old.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.grow_from_zero(block, old, new, contents) };
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { contents.grow(&self.parent, block, old, new) };
        self.count_grow(block, old, new, grown)
    }

    /// Grows a block of size 0, which begins a block unless the new size is 0, too.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[cold]
    #[inline(never)]
    unsafe fn grow_from_zero(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { contents.grow(&self.parent, block, old, new) };
        if new.size() == 0 {
            return grown.map(|grown| shorten(grown, new));
        }
        if grown.is_ok() {
            self.counters.count_begin();
        }
        self.count_grow(block, old, new, grown)
    }

    /// Shrinks a block to size 0, which ends the block unless its old size was 0, too.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::shrink`].
    #[cold]
    #[inline(never)]
    unsafe fn shrink_to_zero(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { self.parent.shrink(block, old, new) };
        if old.size() == 0 {
            return shrunk.map(|shrunk| shorten(shrunk, new));
        }
        if shrunk.is_ok() {
            self.counters.count_end();
        }
        self.count_shrink(block, old, new, shrunk)
    }
}

/// Returns the number of bytes of `block` beyond the requested ones.
#[inline]
pub(in crate::blocks) fn slack(block: NonNull<[u8]>, layout: Layout) -> usize {
    // By rule 1 of `api` the block is no shorter than requested.
    block.len().wrapping_sub(layout.size())
}

/// Describes a resize that turned the block at `start` into `block`.
#[inline]
pub(in crate::blocks) fn resize(start: NonNull<u8>, old: Layout, new: Layout, block: NonNull<[u8]>) -> Resize {
    let placement = if block.cast() == start { Placement::InPlace } else { Placement::Moved };
    Resize { old: old.size(), new: new.size(), slack: slack(block, new), placement }
}

// SAFETY: every call is forwarded to the parent, and a block is returned with its requested size, which fits it by rule 3. Counting
// neither unwinds nor allocates. No block lies in the counters, so the value may move.
unsafe impl<A: Allocator> Allocator for Stats<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.count_allocation(layout, self.parent.allocate(layout))
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.count_allocation(layout, self.parent.allocate_zeroed(layout))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            self.counters.count_deallocation(layout.size());
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
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_with(block, old_layout, new_layout, Contents::Uninit) }
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_with(block, old_layout, new_layout, Contents::Zeroed) }
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
            return unsafe { self.shrink_to_zero(block, old_layout, new_layout) };
        }
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { self.parent.shrink(block, old_layout, new_layout) };
        self.count_shrink(block, old_layout, new_layout, shrunk)
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<A: StaticAllocator> StaticAllocator for Stats<A> {}
// SAFETY: counting neither allocates nor unwinds nor depends on an address; everything else is the parent's, a `GlobalAllocator`.
unsafe impl<A: GlobalAllocator> GlobalAllocator for Stats<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for Stats<A> {}
impl<A: CallsMalloc> CallsMalloc for Stats<A> {}
// SAFETY: blocks are the parent's, only made to look shorter.
unsafe impl<A: WholePages> WholePages for Stats<A> {}
// SAFETY: blocks are the parent's, which answers.
unsafe impl<A: Owns> Owns for Stats<A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}

impl<A: Reset> Reset for Stats<A> {
    /// Resets the parent, and counts each live block as freed.
    fn reset(&mut self) {
        self.parent.reset();
        self.counters.free_all();
    }
}

impl<A: Default> Default for Stats<A> {
    fn default() -> Self {
        Self::new(A::default())
    }
}

impl<A: fmt::Debug> fmt::Debug for Stats<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut stats = f.debug_struct("Stats");
        if let Some(name) = self.name() {
            stats.field("name", &name);
        }
        stats.field("parent", &self.parent).field("snapshot", &self.snapshot()).finish()
    }
}
