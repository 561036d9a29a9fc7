//! What all threads share of a pool. It lies in pages of its own, so that it stays where it is when the pool moves, and while a
//! fork looks for its locks: even after a pool was forgotten and its parent is gone.

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

/// Elsewhere it is not known whether a library is unloaded, or it never is.
#[cfg(not(unloading))]
mod unload {
    use core::ptr::NonNull;

    #[derive(Clone, Copy, Debug)]
    #[expect(dead_code, reason = "nobody notes it")]
    pub(crate) struct Home {
        pub(crate) pool: *const (),
        pub(crate) unload: unsafe fn(*const (), NonNull<()>),
    }

    pub(super) fn note(_: Home, _: NonNull<()>) {}
    pub(super) fn forget(_: NonNull<()>) {}
}

use core::cell::Cell;
use core::iter;
use core::mem::offset_of;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicPtr;

use super::cache::{Budget, Cache, CacheTable};
use super::chunks::Chunks;
use super::geometry::SLICE;
use super::large::Large;
use super::options::Options;
use super::parent::Parent;
use super::spans::{self, CLASSES, Guarded, SHARDS, Shard, ShardLock};
use crate::api::Allocator;
use crate::pools::size_class::classes_up_to;
use crate::sync::published;
use crate::threads::fork::Entry;
pub use purged::Purged;
use scan::Purge;
pub(super) use unload::Home;

/// The first class whose blocks may be hardly touched.
const FIRST_LARGE: usize = classes_up_to(32 << 10);

/// All zero bytes are an empty one, but for the options and the fork's entry.
///
/// # Invariants
///
/// 1. All that a fork writes to lies on the first page: each page that it writes to is copied, in the parent and in the child.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Heap {
    locks: [ShardLock; SHARDS],
    entry: Entry,
    /// Whether this is the copy of a process's that other threads may have been using.
    is_forked: Cell<bool>,
    /// Of its pool.
    pub(super) options: Options,
    purge: Purge,
    budget: Budget,
    /// All caches, the newest first; each was some thread's once, and is some thread's again.
    caches: AtomicPtr<Cache>,
    pub(super) large: Large,
    pub(super) chunks: Chunks,
    /// Those of threads without a slot.
    pub(super) without_slot: CacheTable,
    shards: [Shard; SHARDS],
}

impl Heap {
    pub(super) fn shard(&self, number: u8) -> Guarded<'_> {
        let number = usize::from(number);
        Guarded { lock: &self.locks[number].0, shard: &self.shards[number] }
    }

    /// The `allocator` of the heap's pool, and what there is to know of it.
    pub(super) fn parent<'a, A>(&'a self, allocator: &'a A) -> Parent<'a, A> {
        Parent { allocator, options: self.options }
    }

    /// All caches there are. They may be in use.
    pub(super) fn caches(&self) -> impl Iterator<Item = &Cache> {
        let mut next = published::find(&self.caches);
        iter::from_fn(move || {
            // SAFETY: a cache lives as long as the heap.
            let cache = unsafe { next?.as_ref() };
            next = NonNull::new(cache.previous.get());
            Some(cache)
        })
    }

    /// How many blocks of `class` are not in their spans.
    pub(super) fn out(&self, class: usize) -> usize {
        spans::out(&self.shards, class)
    }

    /// The bytes in use, not exactly: what caches may hold is taken for what they do.
    pub(super) fn lives(&self) -> usize {
        let out = spans::bytes_out(&self.shards, 0..CLASSES);
        out.saturating_sub(self.budget.used()) + self.chunks.runs() * SLICE + self.large.live()
    }

    /// The bytes that came from the parent: all but the heap's own.
    pub(super) fn held(&self) -> usize {
        let caches = self.caches().count() * size_of::<Cache>();
        self.chunks.held() + self.chunks.set_held() + self.large.held() + caches
    }

    /// Whether `bytes` of chunks are half full of blocks in use, or in the caches of threads, beside those that are so large that
    /// some of them may be hardly touched.
    fn is_dense(&self, bytes: usize) -> bool {
        let sum = |classes| spans::bytes_out(&self.shards, classes);
        sum(0..FIRST_LARGE) >= bytes.saturating_sub(sum(FIRST_LARGE..CLASSES)) / 2
    }

    /// The newest cache, or null.
    pub(super) fn first_cache(&self) -> *mut Cache {
        published::find(&self.caches).map_or(ptr::null_mut(), NonNull::as_ptr)
    }

    /// Gives chunks to the parent that were found empty, and a step of the large blocks that were kept for nothing.
    #[inline]
    pub(super) fn give_more_back<A: Allocator>(&self, parent: Parent<'_, A>) {
        self.chunks.give_chunks_back(parent);
        self.large.give_excess_back(parent);
    }
}

// The docs say so.
const _: () = assert!(size_of::<usize>() < 8 || size_of::<Heap>().div_ceil(4096) * 4 == 152);
// By invariant 1.
const _: () = assert!(offset_of!(Heap, chunks) + offset_of!(Chunks, set) <= 4096);
