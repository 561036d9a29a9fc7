mod allocator;
mod cache;
mod chunk;
mod chunk_set;
mod chunks;
mod class;
mod clock;
mod fork;
mod heap;
mod large;
mod list;
mod options;
mod report;
mod shard;
mod span;
mod stats;

use core::fmt;
use core::ptr::{self, NonNull};

use super::size_class::{CLASSES, class_of, last, size_of_class};
use crate::api::{Allocator, CallsMalloc, GlobalAllocator, Layout, Owns, UsableSize};
use crate::sources::Pages;
use crate::sync::{AtomicPtr, Ordering, published};
use crate::threads::{self, LIMIT, Slots};
use cache::{Bin, Bins, Cache, VACANT};
use chunk::{Chunk, SLICE, Use, slice_at};
use chunks::Parent;
use heap::Heap;
use large::Large;
pub use options::{Options, Retain};
pub use stats::{ClassStats, SharedPoolStats, ThreadStats};

/// From this [`last`] byte on a request is served by a block of the parent's.
const LARGE: usize = 512 << 10;

/// An allocator for every size and all threads: the default of a process, or the allocator of a subsystem whose memory goes
/// back at once when it ends.
pub struct SharedPool<A: Allocator = Pages> {
    bins: Slots<Bins>,
    heap: AtomicPtr<Heap>,
    options: Options,
    parent: A,
}

// SAFETY: a thread reaches only the cache at its number, which no other living thread has; the rest is shared under locks.
// The parent is called by any thread, and is `Sync`.
unsafe impl<A: Allocator + Sync> Sync for SharedPool<A> {}
// SAFETY: all memory is the pool's alone, from a parent that may be sent.
unsafe impl<A: Allocator + Send> Send for SharedPool<A> {}

impl SharedPool {
    /// A pool without memory, over whole pages from the operating system.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_options(Options::new())
    }

    /// As [`new`](Self::new), with options.
    #[must_use]
    pub const fn with_options(options: Options) -> Self {
        Self::with_options_in(options.whole_pages(true), Pages::new())
    }
}

impl<A: Allocator> SharedPool<A> {
    /// A pool without memory, over `parent`.
    #[must_use]
    pub const fn new_in(parent: A) -> Self {
        Self::with_options_in(Options::new(), parent)
    }

    /// As [`new_in`](Self::new_in), with options.
    #[must_use]
    pub const fn with_options_in(options: Options, parent: A) -> Self {
        Self { bins: Slots::new((&raw const VACANT).cast()), heap: AtomicPtr::new(ptr::null_mut()), options, parent }
    }

    /// The allocator that chunks come from.
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// The bytes that a block for `layout` would have.
    #[must_use]
    pub const fn good_size(layout: Layout) -> usize {
        match class_of(layout) {
            Some(class) => size_of_class(class),
            None if layout.size() == 0 => 0,
            None if last(layout) < LARGE => (last(layout) / SLICE + 1) * SLICE,
            None => match layout.size().checked_next_multiple_of(large::HEADER) {
                Some(size) => size,
                None => layout.size(),
            },
        }
    }

    /// Whether a live block of this pool is at `block`.
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        let address = block.addr().get();
        self.made().is_some_and(|heap| heap.chunks.has(address) || heap.large.owns(address))
    }

    /// Gives all memory back that can be given back now, and returns how many bytes.
    pub fn collect(&self) -> usize {
        let Some(heap) = self.made() else { return 0 };
        // What comes out of caches and spans is kept, to be given back, and counted, at the end.
        let mut parent = self.parent_of(heap);
        parent.options = parent.options.retain(Retain::Everything);
        if let Some(cache) = self.own_cache() {
            (0..CLASSES).for_each(|class| heap.empty(parent, cache, class, 0));
        }
        self.bins.iter().enumerate().for_each(|(number, slot)| {
            threads::with_idle(number, || {
                if let Some(cache) = bound(slot.load(Ordering::Relaxed)) {
                    (0..CLASSES).for_each(|class| heap.empty(parent, cache, class, 0));
                }
            });
        });
        heap.collect(parent)
    }

    /// What the pool has at present.
    #[must_use]
    pub fn stats(&self) -> SharedPoolStats {
        SharedPoolStats::of(self.made(), &self.bins)
    }

    fn parent_of<'a>(&'a self, heap: &'a Heap) -> Parent<'a, A> {
        Parent { allocator: &self.parent, options: self.options, shards: heap.shards() }
    }

    /// The heap, if there is one yet.
    fn made(&self) -> Option<&Heap> {
        // SAFETY: a heap lives as long as its pool.
        published::find(&self.heap).map(|heap| unsafe { heap.as_ref() })
    }

    /// The calling thread's bin for `class`.
    #[inline(always)]
    fn bin(&self, class: usize) -> &Bin {
        // SAFETY: the slots point to bins in caches, which live as long as the pool, or to `VACANT`. No other thread uses
        // this one's.
        let bins = unsafe { &*self.bins.own() };
        // SAFETY: a class is less than `CLASSES`.
        unsafe { bins.get_unchecked(class) }
    }

    /// The cache of the calling thread, if it has one already.
    fn own_cache(&self) -> Option<&Cache> {
        bound(self.bins.own())
    }

    /// The cache of the calling thread; a new one, if it can have one.
    fn cache<'a>(&'a self, heap: &'a Heap) -> Option<&'a Cache> {
        if self.options.checked {
            return None;
        }
        let number = threads::number_below(LIMIT)?;
        if let Some(cache) = self.own_cache() {
            return Some(cache);
        }
        let cache = heap.new_cache(&self.parent, number)?;
        // With what a thread needs that asks how much there is.
        self.bins.slot()?.store(ptr::from_ref(cache).cast_mut().cast(), Ordering::Release);
        Some(cache)
    }

    /// What the pool knows of the block at an address that lies in one of its chunks.
    fn part_at(address: usize) -> (Chunk, usize, Use) {
        // SAFETY: the caller says that it lies in a chunk.
        let chunk = unsafe { Chunk::of(address) };
        let slice = slice_at(address);
        (chunk, slice, chunk.used_as(slice))
    }
}

/// The cache that bins are those of.
fn bound<'a>(bins: *mut Bins) -> Option<&'a Cache> {
    // SAFETY: bins are the first field of a cache, which lives as long as its pool, or the vacant ones.
    (!ptr::eq(bins, (&raw const VACANT).cast())).then(|| unsafe { &*bins.cast() })
}

impl<A: Allocator> Drop for SharedPool<A> {
    fn drop(&mut self) {
        if let Some(heap) = NonNull::new(*self.heap.get_mut()) {
            // SAFETY: made with this parent, and the pool is not borrowed, so nobody uses it.
            unsafe { Heap::free(heap, &self.parent) };
        }
    }
}

impl Default for SharedPool {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Allocator + fmt::Debug> fmt::Debug for SharedPool<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPool")
            .field("parent", &self.parent)
            .field("options", &self.options)
            .field("stats", &self.stats())
            .finish()
    }
}

// SAFETY: everything comes from the parent, which never reaches the default; the rest are system calls and thread-locals, as
// `threads` has them.
unsafe impl<A: GlobalAllocator> GlobalAllocator for SharedPool<A> {}
impl<A: Allocator + CallsMalloc> CallsMalloc for SharedPool<A> {}

// SAFETY: chunks and large blocks are the pool's alone.
unsafe impl<A: Allocator> Owns for SharedPool<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        SharedPool::owns(self, block)
    }
}

// SAFETY: the layout has the block's class, or its slices, or is that of a large block.
unsafe impl<A: Allocator> UsableSize for SharedPool<A> {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        let address = block.addr().get();
        let in_chunk = self.made().is_some_and(|heap| heap.chunks.has(address));
        let size = match in_chunk.then(|| Self::part_at(address)) {
            Some((_, _, Use::Span(class))) => size_of_class(class),
            Some((chunk, slice, _)) => chunk.part(slice).1 * SLICE,
            // SAFETY: by `# Safety` of this fn it is a block, so a large one.
            None => return unsafe { Large::layout(block) },
        };
        let align = if size % 16 == 0 { 16 } else { 8 };
        // SAFETY: a power of two, and no block of a chunk is that long.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }
}
