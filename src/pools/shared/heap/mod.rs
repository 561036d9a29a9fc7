//! The heap of a pool: what its threads share.
//!
//! It lives in a mapping of its own. The pool may move, and a fork handler may still need the locks when the pool has
//! been leaked and its parent is gone.
//!
//! # Invariants
//!
//! 1. A heap stays where it is from its creation until [`Heap::free`], and the caches in its list do too. The list only
//!    grows.
//! 2. A block of a size class is in one place: in use, in the bin of one cache, or free in its span.
//! 3. While the parent is called, no lock of the heap is held, and no change is half done: the parent may use the pool.
//! 4. A thread that holds several locks has acquired them in this order: scan, one shard, chunks. It acquires the lock
//!    of the large blocks when it holds none of these. A fork acquires all: scan, shards, chunks, large blocks.
//! 5. All that a fork writes to lies on the first page, since each page that it writes to is copied, in the parent and
//!    in the child.

mod bins;
#[cfg(unix)]
mod fork;
mod lifetime;
mod purged;
mod reclaim;
mod refill;
mod runs;
mod scan;
#[cfg(unloading)]
mod unload;

/// Where it is not known whether a library is unloaded, or none ever is, heaps are not registered.
#[cfg(not(unloading))]
mod unload {
    use core::ptr::NonNull;

    #[derive(Clone, Copy, Debug)]
    #[expect(dead_code, reason = "nothing is registered")]
    pub(crate) struct UnloadHook {
        pub(crate) pool: *const (),
        pub(crate) unload: unsafe fn(*const (), NonNull<()>),
    }

    pub(super) fn register(_: UnloadHook, _: NonNull<()>) {}
    pub(super) fn unregister(_: NonNull<()>) {}
}

use core::cell::Cell;
use core::iter;
use core::mem::offset_of;
use core::ops::Deref;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;

use super::cache::{Cache, CacheBudget, CacheTable};
use super::chunks::Chunks;
use super::geometry::SLICE;
use super::large::Large;
use super::options::{Options, Retain};
use super::parent::Parent;
use super::spans::{CLASSES, SHARDS, Shard, ShardLock, ShardRef, blocks_outside_spans, bytes_outside_spans};
use crate::pools::size_class::classes_up_to;
use crate::sync::once_ptr;
use crate::threads::fork::Entry;
pub use purged::Purged;
use scan::ScanState;
pub(super) use unload::UnloadHook;

/// The first class of blocks so large that a program may use little of their memory.
const FIRST_SPARSE_CLASS: usize = classes_up_to(32 << 10);

/// The heap of a pool. Its invariants are those of the [module](self). Zero bytes are an empty heap, but for the
/// options and the entry.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Heap {
    locks: [ShardLock; SHARDS],
    /// The entry in the list of what has locks to hold across a fork.
    entry: Entry,
    /// Whether this is a forked child's copy of a heap that other threads may have been using.
    is_forked: Cell<bool>,
    /// The options of the pool.
    pub(super) options: Options,
    scan: ScanState,
    budget: CacheBudget,
    /// All caches, the newest first. A cache of a thread that has ended is used by the next thread with its index.
    caches: AtomicPtr<Cache>,
    pub(super) large: Large,
    pub(super) chunks: Chunks,
    /// The caches of threads without a slot.
    pub(super) slotless_caches: CacheTable,
    shards: [Shard; SHARDS],
}

/// A heap during one call of its pool: with the parent, and the options in force.
#[derive(Debug)]
pub(super) struct HeapRef<'a, A> {
    heap: &'a Heap,
    pub(super) parent: Parent<'a, A>,
}

impl Heap {
    /// Returns all caches. Threads may be using them.
    pub(super) fn caches(&self) -> impl Iterator<Item = &Cache> {
        let mut next = once_ptr::get(&self.caches);
        iter::from_fn(move || {
            // SAFETY: a cache of the list stays until the heap is freed, by invariant 1.
            let cache = unsafe { next?.as_ref() };
            next = NonNull::new(cache.previous.get());
            Some(cache)
        })
    }

    /// Returns the newest cache, or null.
    fn newest_cache(&self) -> *mut Cache {
        once_ptr::get(&self.caches).map_or(ptr::null_mut(), NonNull::as_ptr)
    }

    /// Returns the number of blocks of `class` that are not in their spans: in use, or in caches.
    pub(super) fn blocks_outside_spans(&self, class: usize) -> usize {
        blocks_outside_spans(&self.shards, class)
    }

    /// Returns the bytes in use, estimated: caches are taken to hold all that they may.
    fn live_bytes_estimate(&self) -> usize {
        let outside = bytes_outside_spans(&self.shards, 0..CLASSES);
        outside.saturating_sub(self.budget.used()) + self.chunks.run_slices() * SLICE + self.large.live_bytes()
    }

    /// Returns the bytes that came from the parent. The heap itself did not.
    pub(super) fn held_bytes(&self) -> usize {
        let caches = self.caches().count() * size_of::<Cache>();
        self.chunks.held_bytes() + self.chunks.address_set_bytes() + self.large.held_bytes() + caches
    }

    /// Returns whether blocks that are in use, or in caches, fill at least half of `bytes` of chunks. Large classes,
    /// whose blocks may be hardly touched, are left out on both sides.
    fn chunks_half_full(&self, bytes: usize) -> bool {
        let outside = |classes| bytes_outside_spans(&self.shards, classes);
        outside(0..FIRST_SPARSE_CLASS) >= bytes.saturating_sub(outside(FIRST_SPARSE_CLASS..CLASSES)) / 2
    }
}

impl<'a, A> HeapRef<'a, A> {
    pub(super) fn new(heap: &'a Heap, parent: &'a A) -> Self {
        Self { heap, parent: Parent { allocator: parent, options: heap.options } }
    }

    /// Returns the heap with another [`Options::retain`] for this call.
    pub(super) fn retaining(self, retain: Retain) -> Self {
        let options = self.parent.options.retain(retain);
        Self { parent: Parent { options, ..self.parent }, ..self }
    }

    fn shard(&self, index: u8) -> ShardRef<'_> {
        let at = usize::from(index);
        let (lock, shard) = (&self.heap.locks[at].0, &self.heap.shards[at]);
        ShardRef { lock, shard, index, chunks: &self.heap.chunks, options: &self.parent.options }
    }
}

impl<A> Deref for HeapRef<'_, A> {
    type Target = Heap;

    fn deref(&self) -> &Heap {
        self.heap
    }
}

// The docs of `SharedPool` state this size.
const _: () = assert!(size_of::<usize>() < 8 || size_of::<Heap>().div_ceil(4096) * 4 == 152);
// By invariant 5.
const _: () = assert!(offset_of!(Heap, chunks) + offset_of!(Chunks, addresses) <= 4096);
