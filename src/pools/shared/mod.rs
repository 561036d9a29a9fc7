//! The pool for all threads.
//!
//! A request passes through these rooms, from the first to the last, until one can serve it. A room uses those after it
//! only.
//!
//! | room | holds | lock |
//! | --- | --- | --- |
//! | `allocator`, `slow_path` | the implementation of `Allocator` | |
//! | `cache` | free blocks of size classes, for each thread | none |
//! | `heap` | what threads share, and what moves between the rooms below and the caches | |
//! | `spans` | blocks of size classes, in 32 shards | one for each shard |
//! | `chunks` | slices, of which spans and runs are made | one |
//! | `large` | blocks above 512 KiB | one |
//! | `parent` | the allocator from which all of it comes | |

mod access;
mod allocator;
#[cfg(target_os = "linux")]
pub(crate) mod at_hand;
mod cache;
mod capabilities;
mod check;
mod chunks;
mod collect;
mod construct;
mod geometry;
mod heap;
mod inspect;
mod large;
mod misuse;
mod options;
mod parent;
mod placement;
mod provenance;
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

/// An allocator for every size and all threads: the default of a process, or the allocator of a subsystem whose memory goes
/// back at once when it ends.
///
/// ```text
///      the thread's bins           shards                  chunks of 2 MiB             the parent
///     +-------------------+       +-------------------+   +-----------------------+   +----------+
///     | free blocks, for  | half  | spans: slices cut |   | 128 slices of 16 KiB  |   |          |
///     | each class from   |<----->| into blocks of    |<->|                       |<->|          |
///     | 8 bytes to 128 KiB| a bin | one class         |   | runs: above 128 KiB   |   |          |
///     +-------------------+       +-------------------+   +-----------------------+   |          |
///                                                           above 512 KiB        <--->|          |
///                                                                                     +----------+
///      no lock                     a lock for each         one lock
/// ```
///
/// Take one as the default of a program, `AsGlobal<SharedPool>`, or for the collections of several threads. For one thread alone
/// a [`Pool`](crate::Pool) costs less; what ends all at once belongs in an [`Arena`](crate::Arena).
///
/// * **Collections** take `&pool`, or the pool itself if there is but one.
/// * **Cost**: a handful of instructions, without an atomic read-modify-write, where the thread's bin has a block, or room for
///   one. Where it has not, a lock is taken for half a bin: 4 blocks at first, up to 512 of the smallest. Above 128 KiB each
///   request takes a lock; above 512 KiB it asks the parent too, where no block that was freed lately fits.
/// * **Sizes**: 96 classes, multiples of 8 up to 128 bytes, then eight to a doubling, up to 128 KiB. Above that a block is a run
///   of 16 KiB slices. So above 64 bytes an eighth of a block is wasted at most. Above 512 KiB it is one of the parent's;
///   or one that was freed lately, up to four times as long as requested, for growth eight times. What live blocks have too much that
///   way is less than half of what they need. Blocks are as long as requested; [`good_size`](Self::good_size) tells how far one could
///   grow.
/// * **Alignment**: any. Up to 128 KiB it is served by the classes, for a size rounded up to the align.
/// * **Size 0**: no memory is used.
/// * **Memory** beside blocks: none before the first use; then 152 KiB of pages for the pool, and some 110 bytes for each block above
///   512 KiB, not of the parent's and not in `held_bytes`; and chunks, of which 32 KiB each are the pool's (1.6 %). Each thread that uses it has a cache of 456 KiB,
///   which touches what it uses, and what is in its bins. A bin begins with 8 blocks, or those of 64 KiB, and grows by half whenever it is empty
///   or full: up to 64 KiB, at least 8 and at most 1024 blocks; for a thread that allocates and frees in turns up to 256 KiB, at least 64 and
///   at most 2048 blocks; of blocks above 64 KiB up to 512 KiB and 4 MiB. All caches together hold no more than their [budget](Options::caches).
///   Of blocks between 32 and 128 KiB alone, which lie in spans of 256 KiB, three fifths of the
///   chunks' addresses can be used at least. Over [`Pages`], what is never touched takes addresses, but no memory.
/// * **Free**: the block goes on the bin of the thread that frees it, whoever allocated it, and is not touched. (But the first
///   eight of other threads that a thread with a new cache frees, each before it has asked for any of its class, go home, lest it
///   share lines of the processor's cache with those.) A full bin gives its older half back to the spans they are of, under one lock
///   for each shard that has some of these. A span without a block in use goes back to its chunk, unless it is the only one of
///   its class with a free block in its shard; of blocks above 8 KiB, up to four such spans stay, above 32 KiB sixteen, until
///   memory is given back. A run goes back to its chunk. A larger block goes back to the parent, but for 2 MiB and a
///   sixteenth of what lives; or is kept for half a second, if requests came for what had gone back, for as many bytes as these
///   asked for: but no more than half of what was in use at once lately, beside what is.
/// * **Growth** and shrinking within a class, at the same align, stays where it is. A run grows where it is if the slices
///   behind it are free, and gives those back that it does not need. A block above 512 KiB grows as the parent does it, for
///   [`Pages`] on Linux by `mremap`; or, up to 4 MiB, by a copy into one that was freed. All else is a new block and a copy.
/// * **Zero**: blocks of classes are zeroed. Over [whole pages](Options::whole_pages) a run of slices that were not in use
///   before is zero already, and so is a larger block that comes from the parent.
/// * **Giving back**: with the default [`Retain`] what was free at two looks, half a second apart, goes back, be it a chunk, a slice or
///   a page between blocks in use, and so does a block above 512 KiB that was kept for half a second; and a thread empties bins that it
///   has not used between two looks. There is no background thread, unless `purge_in_background` starts one: a thread that needs more
///   than its cache has does a little of it, in less than 0.3 ms. [`purge`](Self::purge) does as much for a thread that waits, and
///   [`collect`](Self::collect) does all of it now.
/// * **Threads**: `Sync` if the parent is. Each thread has a cache; from the 513th at a time on it finds that by a few more
///   instructions, and everywhere where std has no native thread-locals, or there is no std: chapter 5 of the guide has a table. There are
///   32 shards: threads share one from the 33rd on.
/// * **Thread exit**: the cache stays where it is, for the next thread that starts. What is in it is free for all after the next
///   look for memory to give back, or [`collect`](Self::collect). Destructors of thread-locals may allocate and free to the last; those of
///   keys (`pthread_key_create`) too, but the last of them take a lock for each request.
/// * **Fork**: the child of a process with threads can go on: all locks of all pools are held across a fork, by
///   `pthread_atfork`. What is in the caches of threads that the child has not got stays unused in it, and so does what the
///   parent was giving to them, or being given: that counts as held for ever. The caches themselves are those of new threads. Handlers of the program's own may allocate and free.
///   One that was registered before the pools' own, which is before `main` as a rule, runs while the locks are held, and must not
///   wait for another thread that allocates. Where C's
///   `malloc` is a pool's, by [`export_malloc!`](crate::export_malloc), glibc's lock of all streams is taken before; but not its
///   lock of the name services, whose holder may allocate when `/etc/nsswitch.conf` is first read, or has changed.
/// * **Fork in a signal handler**: does not hang, whatever it interrupts. In a process with one thread both sides go on when the
///   handler returns. With more, another thread may be using a pool, and wait for the one that was interrupted: then the child cannot
///   use what that was using, and is aborted with a message if it tries. It is to end by `_exit`, or to call `exec`.
/// * **Unloading**: when a library is unloaded by `dlclose`, pools in its statics give back what they hold, on Linux with glibc where
///   the linker allocates a library's thread-locals when they are used, as on x86-64. If a block of a pool is in use, that pool and the
///   block's chunk stay. A pool elsewhere, behind a leaked pointer for instance, keeps everything, and so does a library's 65th.
/// * **Signals**: not for handlers; it is as little async-signal-safe as `malloc`. A handler that uses a pool all the same, and has
///   interrupted the thread where it holds a lock that it needs, ends the process with a message, rather than wait for ever.
/// * **Size** of the value: 4 KiB, a pointer for each of 512 threads. It may be moved between calls. The parent is asked for chunks of 2 MiB aligned to 2 MiB.
/// * **Drop** gives everything back to the parent, whether it was freed or not. The default is never dropped. A leak checker
///   does not look for blocks of `System` in the pages where a pool notes its chunks: a pool over that, in a static, looks
///   leaked to it.
/// * **Errors**: a parent that fails is an [`AllocError`](crate::api::AllocError), and the pool can be used on. Before a
///   request fails, other shards are asked for blocks that are free, and what is kept for later goes back, unless
///   the request is for far more than the pool has. Threads that need a chunk at once are given one each, and nobody waits for
///   what another thread is being given just then, or gives back: where the parent has no more than that, a request may fail.
/// * **Re-entry**: the parent may use the pool that asks it, and have locks of its own: none of the pool's is held then. But if
///   each of its calls makes another one, that has no end. While it is given a chunk, or a block that was kept, no more of these are
///   given back within that call. (A block above 512 KiB that is not kept goes back at once, there too.)
/// * **Checked**: with `debug_assertions`, or [by option](Options::checked), a wrong layout, a block given back twice and one
///   of another allocator end the process with a message. Each request takes a lock then.
///
/// Where ideas come from: bins that take what a thread frees, whoever allocated it, found by the size that is given back with
/// the block, and classes that waste an eighth at most, from Google's tcmalloc; what is known of pages close together, away
/// from the blocks, from mimalloc; spans with a bit for each block, and memory given back when it has been unused for a while,
/// from jemalloc; several heaps that threads are spread over from Larson and Krishnan (1998), and a bound on what a thread may
/// hoard from Hoard (Berger and others, 2000).
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
/// The allocator of a subsystem: what one thread made another may drop, and with the pool all goes back.
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
