//! The pool for all threads.
//!
//! These modules serve requests. A module uses only modules below it. A block comes from the thread's bins in `cache`; if
//! they have none, from `spans`, which take slices from `chunks`; and `chunks` and `large` take memory from the parent.
//!
//! | module | holds | lock |
//! | --- | --- | --- |
//! | `allocator`, `slow_path` | the implementation of `Allocator` | |
//! | `heap` | the state that threads share, and the moves of blocks between the modules below | that of the scan |
//! | `cache` | free blocks of size classes, for each thread | none |
//! | `spans` | blocks of size classes, in 32 shards | one for each shard |
//! | `chunks` | slices, of which spans and runs are made | one |
//! | `large` | blocks above 512 KiB | one |
//! | `parent` | the allocator from which all of it comes | |

mod access;
mod allocator;
mod cache;
mod capabilities;
mod check;
mod chunks;
mod collect;
mod construct;
#[cfg(target_os = "linux")]
pub(crate) mod fast_path;
mod geometry;
mod heap;
mod inspect;
mod large;
mod misuse;
mod options;
mod parent;
mod placement;
mod provenance;
mod resized;
mod slow_path;
mod spans;
mod stats;

use core::fmt;
use core::ptr::NonNull;

use crate::api::Allocator;
use crate::sources::Pages;
use crate::sync::AtomicPtr;
use crate::threads::Slots;
#[cfg(target_os = "linux")]
use crate::threads::static_tls::SlotReader;
use cache::Bins;
use heap::Heap;
pub use heap::Purged;
use options::OptionsSource;
pub use options::{Options, Retain};
pub use stats::{ClassStats, SharedPoolStats, ThreadStats};

/// An allocator for all sizes and all threads: for a process, or for a subsystem whose memory is freed at once.
///
/// Take it as the default of a program, `AsGlobal<SharedPool>`, or for collections of several threads, which take
/// `&pool` or the pool itself. A [`Pool`](crate::Pool) costs less for one thread, an [`Arena`](crate::Arena) for values
/// that all end together. The chapter `docs/04-pools.md` of the repository explains how it works, with all details.
///
/// * **Cost**: a handful of instructions, without an atomic read-modify-write, while the cache of the thread has a
///   block, or room for one. Otherwise a lock for a batch of 4 to 1024 blocks. Above 128 KiB a lock for each request;
///   above 512 KiB a call of the parent, too, unless a recently freed block fits. A freed block is not touched.
/// * **Sizes**: 96 classes up to 128 KiB: multiples of 8 bytes up to 128, and then eight for each doubling. Larger
///   blocks are a multiple of 16 KiB, and above 512 KiB of 4 KiB. Above 64 bytes an eighth is wasted at most, except in
///   a reused large block, up to four times as long; for growth eight times. Any align is served. Size 0 takes no memory.
/// * **Memory**: none before the first use. Then 152 KiB, chunks of 2 MiB of which the pool uses 32 KiB, and for each
///   thread a cache of 456 KiB, which touches the pages that it needs. All caches share a [budget](Options::caches) for
///   the blocks in them. Over [`Pages`], memory that is never touched takes addresses only. The value takes 4 KiB.
/// * **Growth** is in place within a class, at the same align; for a block of 128 to 512 KiB if the memory behind it is
///   free; and for a larger one as the parent does it, on Linux [`Pages`] by `mremap`. Otherwise it is a copy.
/// * **Giving back**: threads that use the pool give back memory that was free for half a second or more, as [`Retain`]
///   says. [`purge`](Self::purge) does so on demand, and [`collect`](Self::collect) gives back everything at once. When
///   the pool is dropped, all memory returns to the parent, freed or not.
/// * **Threads**: the pool is `Sync` if the parent is. Any thread may free any block. A thread leaves its cache to the
///   next one that starts. The 513th thread at a time and later ones need a few instructions more.
/// * **Errors**: if the parent fails, the pool gives back what it retains and tries again, and then returns
///   [`AllocError`](crate::api::AllocError). The pool remains usable.
/// * **Re-entry**: the parent may use the pool that calls it, and may have locks, since the pool holds none meanwhile.
/// * **Fork**: the child of a process with threads can use the pool. Handlers of `pthread_atfork` hold its locks across
///   a fork. Other handlers may allocate, but must not wait for another thread that allocates. After a fork in a signal
///   handler, the child of a process with threads must call `exec` or `_exit`.
/// * **Signals**: a signal handler must not use the pool, as it must not call `malloc`. If it does, and has interrupted
///   its thread where that holds a lock, the process ends with a message.
/// * **Unloading**: a pool in a static of a library gives its memory back when `dlclose` unloads that (Linux, glibc).
/// * **Checked**: with `debug_assertions`, or [by option](Options::checked), a block that is freed twice, with a wrong
///   layout, or to the wrong pool ends the process with a message. Then each request takes a lock.
///
/// Ideas are from Google's tcmalloc (bins, classes), mimalloc (headers apart from blocks), jemalloc (bitmaps, decay),
/// Larson and Krishnan (1998: several heaps), and Hoard (Berger and others, 2000: bounded caches).
///
/// # Examples
///
/// The default of the process, and of a collection by name:
///
/// ```
/// use janus_alloc::collections::Vec;
/// use janus_alloc::{AsGlobal, SharedPool};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
///
/// let mut words = Vec::new_in(&DEFAULT);
/// words.push(String::from("both from the pool"));
/// assert!(DEFAULT.owns(std::ptr::NonNull::from(&words[0]).cast()));
/// assert!(DEFAULT.owns(std::ptr::NonNull::from(&words[0].as_bytes()[0])));
/// ```
///
/// The allocator of a subsystem: a thread may drop what another thread has made, and when the pool is dropped all of
/// its memory goes back.
///
/// ```
/// use janus_alloc::SharedPool;
/// use janus_alloc::collections::Vec;
///
/// let pool = SharedPool::new();
/// let squares = std::thread::scope(|threads| {
///     let make = || {
///         let mut squares = Vec::new_in(&pool);
///         squares.extend((0..1000_u64).map(|n| n * n));
///         squares
///     };
///     threads.spawn(make).join().unwrap()
/// });
/// assert_eq!(squares[999], 998_001);
/// drop(squares);
/// drop(pool);
/// ```
pub struct SharedPool<A: Allocator = Pages> {
    /// The bins of each thread's cache; or the vacant ones.
    bins: Slots<Bins>,
    /// The heap; null before the pool is used.
    heap: AtomicPtr<Heap>,
    options: OptionsSource,
    #[cfg(target_os = "linux")]
    slot_reader: SlotReader,
    parent: A,
}

// SAFETY: a thread uses only the cache of its index, which no other living thread has; the rest of the heap is shared
// under locks. The parent, which any thread may call, is `Sync`.
unsafe impl<A: Allocator + Sync> Sync for SharedPool<A> {}
// SAFETY: the heap belongs to this pool alone, and the parent is `Send`.
unsafe impl<A: Allocator + Send> Send for SharedPool<A> {}

impl<A: Allocator> Drop for SharedPool<A> {
    fn drop(&mut self) {
        if let Some(heap) = NonNull::new(*self.heap.get_mut()) {
            // SAFETY: its memory came from this parent. The pool is not borrowed, so no thread uses it.
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
            .field("options", &self.options_with(self.existing_heap()))
            .field("stats", &self.stats())
            .finish()
    }
}
