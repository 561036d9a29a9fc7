mod allocator;
#[cfg(target_os = "linux")]
pub(crate) mod at_hand;
mod budget;
mod cache;
mod cache_table;
mod chunk;
mod chunk_set;
mod chunks;
mod class;
mod heap;
mod large;
mod look;
mod options;
mod parent;
mod purge;
mod report;
mod shard;
mod span;
mod stats;

#[cfg(unloading)]
mod unload;

/// Elsewhere it is not known whether a library is unloaded, or it never is.
#[cfg(not(unloading))]
mod unload {
    use core::ptr::NonNull;

    #[derive(Clone, Copy, Debug)]
    #[expect(dead_code, reason = "nobody notes it")]
    pub(super) struct Home {
        pub(super) pool: *const (),
        pub(super) unload: unsafe fn(*const (), NonNull<()>),
    }

    pub(super) fn note(_: Home, _: NonNull<()>) {}
    pub(super) fn forget(_: NonNull<()>) {}
}

use core::fmt;
use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;

use super::size_class::{last_byte, size_of_class};
use crate::api::{AllocError, Allocator, CallsMalloc, GlobalAllocator, Layout, Owns, UsableSize};
use crate::sources::Pages;
use crate::sync::{AtomicPtr, clock, published};
use crate::threads::{self, SLOTS, Slots};
use cache::{Bin, Bins, Cache, VACANT, place};
use chunk::{Chunk, SLICE, Use, slice_at};
#[cfg(target_os = "linux")]
use class::Class;
use class::{CLASSES, class_of};
use heap::Heap;
pub use look::Purged;
use options::Choice;
pub use options::{Options, Retain};
use parent::Parent;
use report::{Misuse, abort};
pub use stats::{ClassStats, SharedPoolStats, ThreadStats};
use unload::Home;

/// From this [`last_byte`] on a request is served by a block of the parent's.
const LARGE: usize = 512 << 10;

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
    bins: Slots<Bins>,
    heap: AtomicPtr<Heap>,
    choice: Choice,
    #[cfg(target_os = "linux")]
    slot_reader: threads::static_tls::SlotReader,
    parent: A,
}

// SAFETY: a thread reaches only the cache at its number, which no other living thread has; the rest is shared under locks.
// The parent is called by any thread, and is `Sync`.
unsafe impl<A: Allocator + Sync> Sync for SharedPool<A> {}
// SAFETY: all memory is the pool's alone, from a parent that may be sent.
unsafe impl<A: Allocator + Send> Send for SharedPool<A> {}

impl SharedPool {
    /// A pool without memory, over whole pages from the operating system.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
    ///
    /// let text = String::from("from the pool");
    /// assert!(DEFAULT.stats().live_bytes() >= text.capacity());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::with_options(Options::new())
    }

    /// As [`new`](Self::new), with options. That the parent has [whole pages](Options::whole_pages) is one of them already.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SharedPool;
    /// use janus_alloc::pools::{Options, Retain};
    ///
    /// static LEAN: SharedPool = SharedPool::with_options(Options::new().retain(Retain::Nothing));
    /// # drop(janus_alloc::collections::Box::new_in(1, &LEAN));
    /// ```
    #[must_use]
    pub const fn with_options(options: Options) -> Self {
        Self::with_options_in(options.whole_pages(true), Pages::new())
    }

    /// As [`with_options`](Self::with_options), with options that `choose` returns when the pool is first used: for what only the
    /// running process knows, such as an environment variable.
    ///
    /// `choose` runs while the pool serves a request; no lock is held. Several threads that use a new pool may run it at the same
    /// time; the pool keeps one of the results. A panic in it ends the process.
    ///
    /// # Safety
    ///
    /// `choose` does not allocate from the pool, which would ask it again, without end; nor from the registered default, or C's
    /// `malloc`, if the pool may be that. (So it cannot use `std::env::var`, whose result is a `String`.)
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use janus_alloc::pools::{Options, Retain};
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// fn options() -> Options {
    ///     // SAFETY: a name; nothing in this program changes the environment.
    ///     let lean = unsafe { libc::getenv(c"LEAN".as_ptr()) };
    ///     if lean.is_null() { Options::new() } else { Options::new().retain(Retain::Nothing) }
    /// }
    ///
    /// #[global_allocator]
    /// // SAFETY: `options` does not allocate.
    /// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(unsafe { SharedPool::with_options_from(options) });
    /// # drop(Box::new(1));
    /// # }
    /// ```
    #[must_use]
    pub const unsafe fn with_options_from(choose: fn() -> Options) -> Self {
        Self::with_choice(Choice::AtFirstUse(choose), Pages::new())
    }
}

impl<A: Allocator> SharedPool<A> {
    /// A pool without memory, over `parent`, which is asked for chunks of 2 MiB aligned to 2 MiB, for blocks above 512 KiB, and
    /// for the caches of threads and the table of the chunks. No lock is held meanwhile, so the parent may use this pool itself, and
    /// have locks of its own; but not ask for more in each of its calls, which would have no end.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, System, collections::Box};
    ///
    /// let pool = SharedPool::new_in(System);
    /// assert_eq!(*Box::new_in(1, &pool), 1);
    /// ```
    #[must_use]
    pub const fn new_in(parent: A) -> Self {
        Self::with_options_in(Options::new(), parent)
    }

    /// As [`new_in`](Self::new_in), with options.
    ///
    /// # Examples
    ///
    /// Pages that are counted are whole pages, too:
    ///
    /// ```
    /// use janus_alloc::{Pages, SharedPool, Stats, collections::Box, pools::Options};
    ///
    /// let options = Options::new().whole_pages(true);
    /// let pool = SharedPool::with_options_in(options, Stats::new(Pages::new()));
    /// assert_eq!(Box::new_in([0_u8; 1000], &pool).len(), 1000);
    /// assert!(pool.parent().snapshot().live_bytes >= 2 << 20);
    /// ```
    #[must_use]
    pub const fn with_options_in(options: Options, parent: A) -> Self {
        Self::with_choice(Choice::Made(options), parent)
    }

    const fn with_choice(choice: Choice, parent: A) -> Self {
        Self {
            bins: Slots::new((&raw const VACANT).cast()),
            heap: AtomicPtr::new(ptr::null_mut()),
            choice,
            #[cfg(target_os = "linux")]
            slot_reader: threads::static_tls::SlotReader::new(),
            parent,
        }
    }

    /// The allocator that chunks and large blocks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, Stats, System, collections::Box};
    ///
    /// let pool = SharedPool::new_in(Stats::new(System));
    /// let one = Box::new_in(1, &pool);
    /// let requests = pool.parent().snapshot().allocations;
    /// let two = Box::new_in(2, &pool); // from the chunk that is there
    /// assert_eq!(pool.parent().snapshot().allocations, requests);
    /// # drop((one, two));
    /// ```
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// How many bytes a block for `layout` has in earnest: no less than requested. (A large one may have more, if it was
    /// another's before.) Within it, at the same align, the block grows where it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, api::Layout};
    ///
    /// let pool = SharedPool::new();
    /// assert_eq!(pool.good_size(Layout::new::<[u8; 100]>()), 104);
    /// assert_eq!(pool.good_size(Layout::new::<[u8; 100_000]>()), 106_496);
    /// assert_eq!(pool.good_size(Layout::new::<[u8; 200_000]>()), 13 * 16_384);
    /// assert_eq!(pool.good_size(Layout::new::<[u8; 1_000_000]>()), 245 * 4096);
    /// ```
    #[must_use]
    pub const fn good_size(&self, layout: Layout) -> usize {
        match class_of(layout) {
            Some(class) => size_of_class(class),
            None if layout.size() == 0 => 0,
            None if last_byte(layout) < LARGE => (last_byte(layout) / SLICE + 1) * SLICE,
            None => match layout.size().checked_next_multiple_of(large::GRANULE) {
                Some(size) => size,
                None => layout.size(),
            },
        }
    }

    /// Whether a live block of this pool is at `block`: whether its address lies in a chunk, which takes a few loads; or in a
    /// block above 512 KiB, which takes a lock and logarithmic time.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::ptr::NonNull;
    /// use janus_alloc::{SharedPool, collections::Box};
    ///
    /// let (pool, other) = (SharedPool::new(), SharedPool::new());
    /// let block = Box::new_in(1, &pool);
    /// let here = NonNull::from(&*block).cast();
    /// assert!(pool.owns(here) && !other.owns(here));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        let address = block.addr().get();
        self.made().is_some_and(|heap| heap.chunks.has(address) || heap.large.owns(address))
    }

    /// Gives all memory back that can be given back now, and returns how many bytes, held or only resident: chunks without a
    /// block in use and blocks that were kept go to the parent; free pages in other chunks to the operating system, where [that
    /// is possible](Options::whole_pages).
    ///
    /// The caches of the calling thread and of threads that have ended are emptied first. Those of other living threads are not:
    /// nobody else may touch them. It takes every lock of the pool, one after the other: for a quiet moment, after a peak.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Vec};
    ///
    /// let pool = SharedPool::new();
    /// let mut lines = Vec::new_in(&pool);
    /// for n in 0..10_000 {
    ///     lines.push(Vec::<u8, _>::with_capacity_in(n % 1000, &pool));
    /// }
    /// drop(lines);
    /// let before = pool.stats().held_bytes();
    /// assert!(pool.collect() > 0);
    /// assert!(pool.stats().held_bytes() < before);
    /// ```
    pub fn collect(&self) -> usize {
        let Some(heap) = self.made() else { return 0 };
        // What comes out of caches and spans is kept, to be given back, and counted, at the end.
        let mut parent = self.parent_of(heap);
        parent.options = parent.options.retain(Retain::Everything);
        if let Some(cache) = self.own_cache(heap) {
            heap.drain(parent.options, cache);
        }
        heap.collect(parent)
    }

    /// Gives a little of what nobody has used lately back, and empties the bins of the calling thread that it has not used lately: for a
    /// loop that waits for work, or a thread that does nothing else. It takes a fraction of a millisecond, and does nothing but look at
    /// a clock where there is nothing to do.
    ///
    /// What was free at two looks, half a second apart, goes. Threads do that anyway whenever their caches do not serve them, so this is
    /// for programs that may do without for long: those that wait, or whose caches serve them. What lies in the caches of other
    /// threads stays. For all at once there is [`collect`](Self::collect).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use std::time::Duration;
    ///
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
    ///
    /// // In a program that sleeps for hours after a burst of work.
    /// let burst = vec![vec![1_u8; 1000]; 1000];
    /// drop(burst);
    /// for _ in 0..3 {
    ///     while !DEFAULT.purge().is_done() {}
    ///     thread::sleep(Duration::from_millis(10));
    /// }
    /// ```
    pub fn purge(&self) -> Purged {
        let Some(heap) = self.made() else { return Purged::default() };
        let now = clock::tick();
        self.sweep_own(heap, now);
        heap.look(self.parent_of(heap), now)
    }

    /// Empties bins of the calling thread that it has not used lately: it may have others' that it never does.
    fn sweep_own(&self, heap: &Heap, now: usize) {
        if let Some(cache) = self.own_cache(heap) {
            heap.sweep(heap.options, cache, now);
        }
    }

    /// What the pool has at present: what it holds of its parent, and how many blocks of each class are in use and in caches.
    ///
    /// Takes no lock and disturbs no thread: it reads counters that are kept where a bin is filled or emptied, and how full the
    /// bins are, 96 of each thread that has a cache. What is cached is told for each class, of all threads, and for each thread, of
    /// all classes. The result has some 6 KiB. For what was *asked* of the pool, and its peak, there is
    /// [`Stats`](crate::Stats): `Stats<SharedPool>`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Vec};
    ///
    /// let pool = SharedPool::new();
    /// let mut numbers = Vec::new_in(&pool);
    /// numbers.extend(0..1000_u64);
    ///
    /// let stats = pool.stats();
    /// assert_eq!(stats.live_bytes(), 8192); // the class of 8000 bytes
    /// println!("{stats}");
    /// # drop(numbers);
    /// ```
    #[must_use]
    pub fn stats(&self) -> SharedPoolStats {
        let heap = self.made();
        let options = heap.map_or_else(|| self.choice.made(), |heap| Some(heap.options));
        SharedPoolStats::of(heap, &self.bins, options.is_some_and(|options| options.checked))
    }

    /// What the heap has to know of its pool.
    fn home(&self) -> Home {
        Home { pool: ptr::from_ref(self).cast(), unload: Self::unload }
    }

    /// Gives back what the pool holds, if no block of it is in use, and what it can give back else.
    ///
    /// # Safety
    ///
    /// At `pool` there is a pool of this type, or was before it was moved; it can be read. If `heap` is its heap, no thread uses it any
    /// more but by its blocks, or after this.
    unsafe fn unload(pool: *const (), heap: NonNull<()>) {
        let (pool, heap) = (pool.cast::<Self>(), heap.cast::<Heap>());
        // SAFETY: by `# Safety` of this fn.
        let place = unsafe { &(*pool).heap };
        if published::find(place) != Some(heap) {
            return;
        }
        // SAFETY: it has the heap that was made for it, so it is there.
        let this = unsafe { &*pool };
        // SAFETY: the heap of a pool lives.
        let heap_ref = unsafe { heap.as_ref() };
        let options = heap_ref.options.retain(Retain::Everything);
        // SAFETY: by `# Safety` of this fn nobody uses it.
        if !unsafe { heap_ref.is_idle(options) } {
            this.collect();
            return;
        }
        this.heap.store(ptr::null_mut(), Relaxed);
        this.bins.slots.iter().for_each(|slot| slot.store((&raw const VACANT).cast_mut().cast(), Relaxed));
        // SAFETY: made with this parent; nobody uses it, and the pool has it no more.
        unsafe { Heap::free(heap, &this.parent) };
    }

    fn parent_of<'a>(&'a self, heap: &'a Heap) -> Parent<'a, A> {
        heap.parent(&self.parent)
    }

    /// The heap, if there is one yet.
    fn made(&self) -> Option<&Heap> {
        // SAFETY: a heap lives as long as its pool.
        published::find(&self.heap).map(|heap| unsafe { heap.as_ref() })
    }

    /// The heap; a new one if there is none.
    fn heap(&self) -> Result<&Heap, AllocError> {
        Heap::get(&self.heap, || (self.choice.options(), self.home()))
    }

    fn options(&self) -> Options {
        self.options_of(self.made())
    }

    /// The options of this pool, which has that `heap`.
    fn options_of(&self, heap: Option<&Heap>) -> Options {
        heap.map_or_else(|| self.choice.options(), |heap| heap.options)
    }

    /// The calling thread's bin for `class`.
    #[inline(always)]
    fn bin(&self, class: usize) -> &Bin {
        // SAFETY: the slots point to bins in caches, which live as long as the pool, or to `VACANT`. No other thread uses
        // this one's.
        let bins = unsafe { &*self.bins.own() };
        // SAFETY: there is one for each class.
        unsafe { bins.get_unchecked(place(class)) }
    }

    /// The cache of the calling thread, if it has one already.
    fn own_cache<'a>(&'a self, heap: &'a Heap) -> Option<&'a Cache> {
        bound(self.bins.own()).or_else(|| Self::cache_without_slot(heap))
    }

    /// The bin for blocks of `layout` of the calling thread, if it has one already but no slot for it.
    #[inline]
    fn bin_without_slot(&self, layout: Layout) -> Option<&Bin> {
        let cache = Self::cache_without_slot(self.made()?)?;
        Some(cache.bin(class_of(layout)?))
    }

    /// The cache of the calling thread, if it has one already but no slot for it.
    #[inline]
    fn cache_without_slot(heap: &Heap) -> Option<&Cache> {
        heap.without_slot.get(threads::local::number().filter(|&number| number >= SLOTS)?)
    }

    /// The cache of the calling thread; a new one, if it can have one.
    fn cache<'a>(&'a self, heap: &'a Heap) -> Option<&'a Cache> {
        if heap.options.checked {
            return None;
        }
        let number = threads::number()?;
        if let Some(cache) = self.own_cache(heap) {
            return Some(cache);
        }
        // Before the cache, which would be lost without.
        let entry = if number < SLOTS { None } else { Some(heap.without_slot.entry(number)?) };
        let cache = heap.new_cache(self.parent_of(heap), number, || self.own_cache(heap))?;
        match entry {
            Some(entry) => entry.store(ptr::from_ref(cache).cast_mut(), Relaxed),
            None => self.bins.bind(ptr::from_ref(cache).cast_mut().cast())?,
        }
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

#[cfg(target_os = "linux")]
impl<A: Allocator> SharedPool<A> {
    /// Whether a block starts at `block`, in use or, in a chunk, free: for pointers of any origin.
    pub(crate) fn is_block(&self, block: NonNull<u8>) -> bool {
        let address = block.addr().get();
        let Some(heap) = self.made() else { return false };
        if !heap.chunks.has(address) {
            return heap.large.find(address).is_ok();
        }
        let (chunk, slice, used_as) = Self::part_at(address);
        let offset = address - chunk.slice_start(chunk.part(slice).0).addr().get();
        match used_as {
            Use::Nothing => false,
            Use::Span(class) => Class::of(class).is_block(offset),
            Use::Run => offset == 0,
        }
    }
}

/// The block with all its bytes: by address, as the next one to have it may use more of it than whoever gives it back, and so may
/// its owner when it has grown. Not for one of size 0, which is dangling.
#[inline(always)]
fn whole(block: NonNull<u8>) -> NonNull<u8> {
    // SAFETY: not at 0, like the block.
    unsafe { NonNull::new_unchecked(ptr::with_exposed_provenance_mut(block.addr().get())) }
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
            .field("options", &self.options())
            .field("stats", &self.stats())
            .finish()
    }
}

// SAFETY: everything comes from the parent, which never reaches the default; the rest are system calls and thread-locals, as
// `threads` has them; and a function that chooses the options, which by `# Safety` of `with_options_from` does not allocate from
// it.
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
        let heap = self.made();
        if self.options_of(heap).checked {
            self.check(block, None);
        }
        let address = block.addr().get();
        let in_chunk = heap.is_some_and(|heap| heap.chunks.has(address));
        let size = match in_chunk.then(|| Self::part_at(address)) {
            Some((_, _, Use::Span(class))) => size_of_class(class),
            Some((chunk, slice, _)) => chunk.part(slice).1 * SLICE,
            None => {
                return heap
                    .map_or_else(|| abort(Misuse::Foreign, block.as_ptr(), None), |heap| heap.large.layout(block));
            }
        };
        let align = if size % 16 == 0 { 16 } else { 8 };
        // SAFETY: a power of two, and no block of a chunk is that long.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        let address = block.addr().get();
        let class = match self.made().filter(|heap| !heap.options.checked && heap.chunks.has(address)) {
            Some(_) => Self::part_at(address).2,
            None => Use::Nothing,
        };
        // The rest is for who knows the layout.
        if !matches!(class, Use::Span(class) if self.bin(class).put(whole(block))) {
            // SAFETY: by `# Safety` of this fn.
            let layout = unsafe { self.layout_of(block) };
            // SAFETY: the block is live, and the layout of `layout_of` fits it.
            unsafe { self.deallocate(block, layout) };
        }
    }
}
