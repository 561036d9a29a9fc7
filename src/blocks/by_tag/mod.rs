//! A block that counts by tag: by the part of the program that a thread works for when it allocates.

mod accounts;
mod names;
mod tag;
mod tagged;

use core::fmt;
use core::ptr::NonNull;

use super::stats::counters::{Counters, Resize};
use super::stats::{Row, Snapshot, resize, slack};
use crate::api::contents::Contents;
use crate::api::shorten::shorten;
use crate::api::{
    AllocError, Allocator, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset, StaticAllocator,
};
use accounts::Accounts;
pub use tag::{Tag, TagGuard, tag};
pub use tagged::{Tagged, tagged};

/// Counts what `A` serves by the [`tag`] under which a thread allocated it. Behind `#[global_allocator]` it attributes all memory of the
/// process to subsystems, also that of std types inside other collections, which no per-collection counter sees.
///
/// A block is charged to the tag under which it was allocated, until it is freed. Its growths and shrinks count for the same tag,
/// whichever thread makes them and under whichever tag. [`report`](Self::report) shows all tags, with the counts that a
/// [`Stats`](crate::Stats) has.
///
/// * **The tag of a block** is in one byte behind the block. `A` is asked for one byte more, at the same align, and a block of `ByTag`
///   starts where that of `A` does. The byte is free where `A` rounds the size up anyway. Else the block moves to the next size class: in a
///   [`SharedPool`](crate::SharedPool) 16 bytes take 24, 64 take 72, and 4096 take 4608 (8192 if they are aligned to a page). The byte of a large
///   block makes its last page resident.
/// * **Cost per call**: about 50 instructions, half of them those of a `Stats`, the rest to find the tag and its counters. (Counted
///   by `cargo run --release -p janus-benches --bin instructions -- blocks`.) No lock.
/// * **Size**: a little over 6 KiB in addition to `A`, and 8 KiB from the operating system for each tag that was charged, which go back
///   when the `ByTag` is dropped. Pass it to a collection by reference. If the system has no memory for a new tag, its blocks are
///   charged to `(untagged)`.
/// * **Accuracy**: for each tag that of a `Stats`.
/// * **Blocks** are exactly as long as requested, whatever `A` returns, because the requested size leads to the tag.
/// * **Threads**: `Sync` if `A` is. It can stand behind `#[global_allocator]` if `A` can.
/// * **Tasks** that move between threads use [`tagged`], which enters the tag around each poll.
/// * **Size 0** is passed on and not counted. **`deallocate`** counts and passes the block on. A **reset** counts all live blocks as
///   freed.
/// * **Order**: in `ByTag<Stats<A>>` the `Stats` counts the bytes for tags, too; in `Stats<ByTag<A>>` it does not. Either may be used.
///   `ByTag` does not know the size of a block from its pointer, so it cannot be exported as C's `malloc`.
///
/// Free a block through the `ByTag` that allocated it: `A` alone knows it under a size that is one byte larger.
///
/// The tag is behind the block, because a header in front of it would take as many bytes as the align, and move the block to an address
/// that `A` does not own. A table by address would leave layouts alone. But it needs memory in proportion to all addresses that `A` might
/// use, may fail to get it, and costs a cache miss in each call.
///
/// Attribution by a guard follows the crate tracking-allocator, and the tag behind the block follows Datadog's memory accounting.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, ByTag, SharedPool, Stats, tag};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<ByTag<Stats<SharedPool>>> = AsGlobal::new(ByTag::new(Stats::new(SharedPool::new())));
///
/// let lines: Vec<String> = {
///     let _tag = tag("request");
///     (0..100).map(|n| format!("line {n}")).collect()
/// };
/// println!("{}", DEFAULT.report());
/// // tag              live bytes      live blocks       peak bytes      total bytes ...
/// // request               3_400              101            3_400            3_400 ...
/// // (untagged)              548                2              548              548 ...
/// # let report = DEFAULT.report();
/// # assert_eq!(report.rows().iter().find(|row| row.name == "request").unwrap().snapshot.live_blocks(), 101);
/// drop(lines);
/// ```
pub struct ByTag<A> {
    accounts: Accounts,
    parent: A,
}

impl<A> ByTag<A> {
    /// Creates a `ByTag` over `parent`, with all counts zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ByTag, System};
    ///
    /// static BY_TAG: ByTag<System> = ByTag::new(System);
    /// # assert_eq!(BY_TAG.rows().count(), 1);
    /// ```
    #[must_use]
    pub const fn new(parent: A) -> Self {
        Self { accounts: Accounts::new(), parent }
    }

    /// Returns the allocator that serves the requests. It knows the blocks under a size that is one byte larger.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ByTag, System};
    ///
    /// let _: &System = ByTag::new(System).parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Returns the counts of one tag. Allocates nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ByTag, System, by_tag::Tag, collections::Box, tag};
    ///
    /// let by_tag = ByTag::new(System);
    /// let boxed = {
    ///     let _tag = tag("request");
    ///     Box::new_in([0_u8; 100], &by_tag)
    /// };
    /// assert_eq!(by_tag.snapshot_of(Tag::named("request")).live_bytes, 100);
    /// assert_eq!(by_tag.snapshot_of(Tag::UNTAGGED).live_bytes, 0);
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub fn snapshot_of(&self, tag: Tag) -> Snapshot {
        self.accounts.get(tag).map_or_else(Snapshot::default, |counters| counters.snapshot())
    }

    /// Returns the name and the counts of each tag that has been charged, and of `(untagged)`, in no particular order. Allocates
    /// nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ByTag, System, collections::Box, tag};
    ///
    /// let by_tag = ByTag::new(System);
    /// let _tag = tag("request");
    /// drop(Box::new_in(1_u64, &by_tag));
    /// let names: Vec<&str> = by_tag.rows().map(|row| row.name).collect();
    /// assert_eq!(names, ["(untagged)", "request"]);
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.accounts.all().map(|(tag, counters)| Row::new(tag.name(), counters.snapshot()))
    }

    /// Returns the counts of all tags, those with the most live bytes first: a table, rows, and the text for Prometheus. The report itself is in
    /// memory of the default.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ByTag, System, collections::Box, tag};
    ///
    /// let by_tag = ByTag::new(System);
    /// let _tag = tag("request");
    /// let boxed = Box::new_in([0_u8; 100], &by_tag);
    /// let report = by_tag.report();
    /// assert_eq!(report.rows()[0].name, "request");
    /// assert!(report.prometheus().to_string().contains("janus_tag_live_bytes{tag=\"request\"} 100\n"));
    /// # drop(boxed);
    /// ```
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn report(&self) -> super::stats::Report {
        super::stats::Report::new(super::stats::report::Subject::Tag, self.rows())
    }

    /// Counts an allocation under the thread's tag, writes the tag behind the block, and cuts the block to the requested length.
    #[inline]
    fn charge(&self, layout: Layout, block: Result<NonNull<[u8]>, AllocError>) -> Result<NonNull<[u8]>, AllocError> {
        let (tag, counters) = self.accounts.open(Tag::current());
        match block {
            Ok(block) => {
                counters.count_allocation(layout.size(), slack(block, layout).wrapping_sub(TAG_SIZE));
                let block = shorten(block, layout);
                // SAFETY: the parent has returned a block with a byte more than `layout`.
                unsafe { write_tag(block.cast(), layout, tag) };
                Ok(block)
            }
            Err(AllocError) => {
                counters.count_failure(layout.size());
                Err(AllocError)
            }
        }
    }

    /// Allocates a block, and charges it to the thread's tag.
    #[inline]
    fn allocate_as(&self, layout: Layout, contents: Contents) -> Result<NonNull<[u8]>, AllocError>
    where
        A: Allocator,
    {
        if layout.size() == 0 {
            return contents.allocate(&self.parent, layout).map(|block| shorten(block, layout));
        }
        self.charge(layout, with_tag(layout).and_then(|layout| contents.allocate(&self.parent, layout)))
    }

    /// Grows a block, and charges the growth to the tag of the block.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[inline]
    unsafe fn grow_as(
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
        // SAFETY: by `# Safety` of this fn the block is live with `old`, whose size is not 0.
        let tag = unsafe { read_tag(block, old) };
        let counters = self.accounts.charged(tag);
        // SAFETY: the block was allocated with a tag.
        let old_with_tag = unsafe { with_tag_unchecked(old) };
        // SAFETY: by `# Safety` of this fn, and both layouts have a byte more.
        let grown = with_tag(new).and_then(|new| unsafe { contents.grow(&self.parent, block, old_with_tag, new) });
        let Ok(grown) = grown else {
            counters.count_failure(new.size());
            return Err(AllocError);
        };
        counters.count_grow(less_tag(resize(block, old, new, grown)));
        if contents == Contents::Zeroed {
            // The old place of the tag is one of the bytes gained, or the new place.
            // SAFETY: the block has more than `old.size()` bytes, and is the caller's no sooner than this returns.
            unsafe { write_tag(grown.cast(), old, Tag::UNTAGGED) };
        }
        // SAFETY: the block has a byte more than `new`.
        unsafe { write_tag(grown.cast(), new, tag) };
        Ok(shorten(grown, new))
    }

    /// Grows a block of size 0, which begins a block under the thread's tag unless the new size is 0, too.
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
        // SAFETY: by `# Safety` of this fn, and the new layout has no less bytes.
        let grow = |new| unsafe { contents.grow(&self.parent, block, old, new) };
        if new.size() == 0 {
            return grow(new).map(|grown| shorten(grown, new));
        }
        let (tag, counters) = self.accounts.open(Tag::current());
        let Ok(grown) = with_tag(new).and_then(grow) else {
            counters.count_failure(new.size());
            return Err(AllocError);
        };
        counters.count_begin();
        counters.count_grow(less_tag(resize(block, old, new, grown)));
        // SAFETY: the block has a byte more than `new`.
        unsafe { write_tag(grown.cast(), new, tag) };
        Ok(shorten(grown, new))
    }

    /// Shrinks a block of any size to size 0, which ends it.
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
        if old.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            let shrunk = unsafe { self.parent.shrink(block, old, new) };
            return shrunk.map(|shrunk| shorten(shrunk, new));
        }
        // SAFETY: by `# Safety` of this fn the block is live with `old`, whose size is not 0.
        let counters = self.accounts.charged(unsafe { read_tag(block, old) });
        // SAFETY: the block was allocated with a tag.
        let old_with_tag = unsafe { with_tag_unchecked(old) };
        // SAFETY: by `# Safety` of this fn, and the old layout has a byte more.
        let Ok(shrunk) = (unsafe { self.parent.shrink(block, old_with_tag, new) }) else {
            counters.count_failure(new.size());
            return Err(AllocError);
        };
        counters.count_end();
        counters.count_shrink(resize(block, old, new, shrunk));
        Ok(shorten(shrunk, new))
    }
}

/// The number of bytes of a tag.
const TAG_SIZE: usize = 1;

/// Returns `layout` with room for a tag.
#[inline]
fn with_tag(layout: Layout) -> Result<Layout, AllocError> {
    // A size is at most `isize::MAX`, so the sum does not wrap.
    Layout::from_size_align(layout.size() + TAG_SIZE, layout.align()).map_err(|_| AllocError)
}

/// Returns `layout` with room for a tag.
///
/// # Safety
///
/// [`with_tag`] has returned it before.
#[inline]
unsafe fn with_tag_unchecked(layout: Layout) -> Layout {
    // SAFETY: by `# Safety` of this fn it is a `Layout`.
    unsafe { Layout::from_size_align_unchecked(layout.size() + TAG_SIZE, layout.align()) }
}

/// Returns the tag of a block.
///
/// # Safety
///
/// `block` is a live block with a tag, and `layout` its layout.
#[inline]
unsafe fn read_tag(block: NonNull<u8>, layout: Layout) -> Tag {
    // SAFETY: the block has a byte more than `layout`.
    let place = unsafe { block.add(layout.size()) };
    // SAFETY: `write_tag` has written it, and the user of the block does not use it.
    Tag { number: unsafe { place.read() } }
}

/// Writes the tag of a block.
///
/// # Safety
///
/// `block` is a block of the parent with at least a byte more than `layout`, which no one else uses.
#[inline]
unsafe fn write_tag(block: NonNull<u8>, layout: Layout, tag: Tag) {
    // SAFETY: by `# Safety` of this fn.
    let place = unsafe { block.add(layout.size()) };
    // SAFETY: by `# Safety` of this fn.
    unsafe { place.write(tag.number) };
}

/// Takes the byte of the tag from the slack.
#[inline]
fn less_tag(sizes: Resize) -> Resize {
    Resize { slack: sizes.slack.wrapping_sub(TAG_SIZE), ..sizes }
}

// SAFETY: a block is the start of a block of the parent that is one byte longer. Its size is exactly the requested one, so every later
// layout has that size (rule 3), and leads to the tag and to the layout that the parent knows. No one but `ByTag` uses that byte. Counting
// neither unwinds nor allocates from the default. No block lies in the value, so it may move.
unsafe impl<A: Allocator> Allocator for ByTag<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_as(layout, Contents::Uninit)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_as(layout, Contents::Zeroed)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.parent.deallocate(block, layout) };
        }
        // SAFETY: by `# Safety` of this fn the block is live, and its size is not 0.
        let tag = unsafe { read_tag(block, layout) };
        self.accounts.charged(tag).count_deallocation(layout.size());
        // SAFETY: the block was allocated with a tag.
        let layout = unsafe { with_tag_unchecked(layout) };
        // SAFETY: the parent knows the block under this layout.
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
        unsafe { self.grow_as(block, old_layout, new_layout, Contents::Uninit) }
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_as(block, old_layout, new_layout, Contents::Zeroed) }
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
        // SAFETY: by `# Safety` of this fn the block is live with `old_layout`, whose size is not 0, as the new one is not.
        let tag = unsafe { read_tag(block, old_layout) };
        let counters = self.accounts.charged(tag);
        // SAFETY: the block was allocated with a tag.
        let old_with_tag = unsafe { with_tag_unchecked(old_layout) };
        // The new align may be larger, so that there is no room.
        let shrunk = with_tag(new_layout).and_then(|new_with_tag| {
            // SAFETY: by `# Safety` of this fn, and both layouts have a byte more.
            unsafe { self.parent.shrink(block, old_with_tag, new_with_tag) }
        });
        let Ok(shrunk) = shrunk else {
            counters.count_failure(new_layout.size());
            return Err(AllocError);
        };
        counters.count_shrink(less_tag(resize(block, old_layout, new_layout, shrunk)));
        // SAFETY: the block has a byte more than `new_layout`.
        unsafe { write_tag(shrunk.cast(), new_layout, tag) };
        Ok(shorten(shrunk, new_layout))
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<A: StaticAllocator> StaticAllocator for ByTag<A> {}
// SAFETY: counting and tags take memory from the operating system only, do not unwind and do not depend on an address; everything else is
// the parent's, a `GlobalAllocator`.
unsafe impl<A: GlobalAllocator> GlobalAllocator for ByTag<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for ByTag<A> {}
impl<A: CallsMalloc> CallsMalloc for ByTag<A> {}
// Not a `WholePages`, whatever the parent is: the tag of a block is on its last page, which a pool above could discard.

// SAFETY: a block starts at a block of the parent, which answers for the layout that it knows. A layout that cannot have a tag fits no
// block.
unsafe impl<A: Owns> Owns for ByTag<A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        with_tag(layout).is_ok_and(|layout| self.parent.owns(block, layout))
    }
}

impl<A: Reset> Reset for ByTag<A> {
    /// Resets the parent, and counts each live block as freed under its tag.
    fn reset(&mut self) {
        self.parent.reset();
        self.accounts.all().for_each(|(_, counters)| counters.free_all());
    }
}

impl<A: Default> Default for ByTag<A> {
    fn default() -> Self {
        Self::new(A::default())
    }
}

impl<A: fmt::Debug> fmt::Debug for ByTag<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Tags<'a>(&'a Accounts);
        impl fmt::Debug for Tags<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let live = |(tag, counters): (Tag, &Counters)| (tag.name(), counters.snapshot());
                f.debug_map().entries(self.0.all().map(live)).finish()
            }
        }
        f.debug_struct("ByTag").field("parent", &self.parent).field("tags", &Tags(&self.accounts)).finish()
    }
}
