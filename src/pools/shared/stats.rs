//! A snapshot of a pool.

use core::fmt;

use super::cache::{Bins, Cache, cache_of};
use super::geometry::SLICE;
use super::heap::Heap;
use super::spans::{CLASSES, ClassInfo};
use crate::pools::size_class::size_of_class;
use crate::threads::{SLOTS, Slots};

/// A snapshot of a [`SharedPool`](super::SharedPool), from [`stats`](super::SharedPool::stats). It counts the bytes of
/// blocks, not those of requests.
///
/// While other threads use the pool, a snapshot shows no single moment: a block that moves meanwhile may be counted
/// twice, or not at all.
///
/// # Examples
///
/// ```
/// use janus_alloc::{SharedPool, collections::Box};
///
/// let pool = SharedPool::new();
/// let boxed = Box::new_in([0_u8; 100], &pool);
/// let stats = pool.stats();
/// assert_eq!(stats.live_bytes(), 104); // the class of 100 bytes
/// assert!(stats.held_bytes() >= stats.live_bytes() + stats.cached_bytes());
///
/// let class = stats.classes().find(|class| class.live_blocks > 0).unwrap();
/// assert_eq!((class.size, class.live_blocks), (104, 1));
/// # drop(boxed);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SharedPoolStats {
    checked: bool,
    held: usize,
    large: usize,
    /// The blocks of each class that are in use or in caches.
    outside: [usize; CLASSES],
    cached: [usize; CLASSES],
    /// The cached bytes of each thread with a slot.
    threads: [usize; SLOTS],
    /// The cached bytes of all other threads.
    other_threads: usize,
}

/// The blocks of one size, from [`SharedPoolStats::classes`].
///
/// # Examples
///
/// ```
/// use janus_alloc::{SharedPool, collections::Box, pools::ClassStats};
///
/// let pool = SharedPool::new();
/// let boxes = [Box::new_in([0_u8; 100], &pool), Box::new_in([0_u8; 100], &pool)];
/// let of_104 = |class: &ClassStats| class.size == 104;
/// assert_eq!(pool.stats().classes().find(of_104).unwrap().live_blocks, 2);
/// # drop(boxes);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassStats {
    /// The size of a block, in bytes.
    pub size: usize,
    /// The number of blocks in use.
    pub live_blocks: usize,
    /// The number of blocks in the caches of threads.
    pub cached_blocks: usize,
}

/// The cache of one thread, from [`SharedPoolStats::threads`]; or the caches of all threads beyond the first 512 at a time.
///
/// # Examples
///
/// ```
/// use janus_alloc::{SharedPool, collections::Box, pools::ThreadStats};
///
/// let pool = SharedPool::new();
/// drop(Box::new_in(1, &pool));
/// let most: Option<ThreadStats> = pool.stats().threads().max_by_key(|thread| thread.cached_bytes);
/// assert!(most.is_none_or(|thread| thread.number <= 512));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadStats {
    /// The number of the thread, below 512. When the thread ends, a later one gets the number and the cache. All
    /// threads beyond the first 512 at a time are counted together, under the number 512.
    pub number: usize,
    /// The bytes of the blocks in the cache.
    pub cached_bytes: usize,
}

impl SharedPoolStats {
    pub(super) fn of(heap: Option<&Heap>, bins: &Slots<Bins>, checked: bool) -> Self {
        let (outside, cached) = ([0; CLASSES], [0; CLASSES]);
        let mut stats = Self { checked, held: 0, large: 0, outside, cached, threads: [0; SLOTS], other_threads: 0 };
        let Some(heap) = heap else { return stats };
        let in_bin = |cache: &Cache, bin| cache.count(bin) * ClassInfo::of(bin).size as usize;
        for (bins, thread) in bins.all().zip(&mut stats.threads) {
            if let Some(cache) = cache_of(bins) {
                *thread = (0..CLASSES).map(|bin| in_bin(cache, bin)).sum();
            }
        }
        let slotless = heap.caches().filter(|cache| cache.thread_index() >= SLOTS);
        stats.other_threads = slotless.map(|cache| (0..CLASSES).map(|bin| in_bin(cache, bin)).sum::<usize>()).sum();
        for class in 0..CLASSES {
            stats.cached[class] = heap.caches().map(|cache| cache.count(class)).sum();
            stats.outside[class] = heap.blocks_outside_spans(class);
        }
        stats.large = heap.large.live_bytes() + heap.chunks.run_slices() * SLICE;
        stats.held = heap.held_bytes();
        stats
    }

    /// Returns whether the pool is [checked](super::Options::checked), as it is by default in a debug build. Then
    /// threads have no caches and each request takes a lock, so neither its times nor its figures are those of a
    /// release build.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, pools::Options};
    ///
    /// let stats = SharedPool::with_options(Options::new().checked(true)).stats();
    /// assert!(stats.is_checked() && stats.to_string().contains("checked"));
    /// assert_eq!(SharedPool::new().stats().is_checked(), cfg!(debug_assertions));
    /// ```
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.checked
    }

    /// Returns the bytes that came from the parent.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Box};
    ///
    /// let pool = SharedPool::new();
    /// assert_eq!(pool.stats().held_bytes(), 0);
    /// drop(Box::new_in(1, &pool));
    /// assert!(pool.stats().held_bytes() > 2 << 20); // a chunk, and what a pool needs
    /// ```
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.held
    }

    /// Returns the bytes of all blocks in use: those of [`classes`](Self::classes), and larger ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Box};
    ///
    /// let pool = SharedPool::new();
    /// let (class, run) = (Box::new_in([0_u8; 100], &pool), Box::new_in([0_u8; 150_000], &pool));
    /// assert_eq!(pool.stats().live_bytes(), 104 + 10 * 16_384);
    /// # drop((class, run));
    /// ```
    #[must_use]
    pub fn live_bytes(&self) -> usize {
        self.large + self.classes().map(|class| class.size * class.live_blocks).sum::<usize>()
    }

    /// Returns the [live bytes](Self::live_bytes) of blocks of more than 128 KiB.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Box};
    ///
    /// let pool = SharedPool::new();
    /// let (class, run) = (Box::new_in([0_u8; 100], &pool), Box::new_in([0_u8; 150_000], &pool));
    /// assert_eq!(pool.stats().larger_bytes(), 10 * 16_384);
    /// # drop((class, run));
    /// ```
    #[must_use]
    pub fn larger_bytes(&self) -> usize {
        self.large
    }

    /// Returns the bytes of the blocks in the caches of threads.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Box};
    ///
    /// let pool = SharedPool::new();
    /// drop(Box::new_in(1, &pool));
    /// pool.collect(); // empties this thread's
    /// assert_eq!(pool.stats().cached_bytes(), 0);
    /// ```
    #[must_use]
    pub fn cached_bytes(&self) -> usize {
        self.classes().map(|class| class.size * class.cached_blocks).sum::<usize>()
    }

    /// Returns the blocks of each size up to 128 KiB, the smallest first.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SharedPool;
    ///
    /// let stats = SharedPool::new().stats();
    /// let sizes: Vec<usize> = stats.classes().map(|class| class.size).collect();
    /// assert_eq!(sizes[..4], [8, 16, 24, 32]);
    /// assert_eq!(sizes[15..20], [128, 144, 160, 176, 192]);
    /// assert_eq!(sizes.last(), Some(&131_072));
    /// ```
    pub fn classes(&self) -> impl Iterator<Item = ClassStats> {
        (0..CLASSES).map(|class| ClassStats {
            size: size_of_class(class),
            // Below 0 if the snapshot counts blocks that move into a cache there only.
            live_blocks: (self.outside[class].wrapping_sub(self.cached[class]) as isize).max(0) as usize,
            cached_blocks: self.cached[class],
        })
    }

    /// Returns the threads whose caches contain blocks. The 513th and later ones are counted together.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, collections::Box, pools::Options};
    ///
    /// let pool = SharedPool::with_options(Options::new().checked(false)); // a checked pool has no caches
    /// drop(Box::new_in([0_u8; 100], &pool));
    /// let stats = pool.stats();
    /// let cached: usize = stats.threads().map(|thread| thread.cached_bytes).sum();
    /// assert_eq!(cached, stats.cached_bytes());
    /// assert!(stats.threads().count() == 1 && cached >= 104);
    /// ```
    pub fn threads(&self) -> impl Iterator<Item = ThreadStats> {
        let all = self.threads.iter().chain([&self.other_threads]).enumerate();
        all.map(|(number, &cached_bytes)| ThreadStats { number, cached_bytes }).filter(|thread| thread.cached_bytes > 0)
    }
}

impl fmt::Debug for SharedPoolStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPoolStats")
            .field("checked", &self.checked)
            .field("held_bytes", &self.held_bytes())
            .field("live_bytes", &self.live_bytes())
            .field("cached_bytes", &self.cached_bytes())
            .finish_non_exhaustive()
    }
}

/// Prints a table: a line if the pool is [checked](SharedPoolStats::is_checked), the sums, and the classes that have
/// blocks.
impl fmt::Display for SharedPoolStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (held, live, cached) = (self.held_bytes(), self.live_bytes(), self.cached_bytes());
        if self.checked {
            writeln!(f, "checked, as by default in a debug build: no thread has a cache, each request takes a lock")?;
        }
        writeln!(f, "held {held} bytes, live {live} (above 128 KiB {}), cached {cached}", self.larger_bytes())?;
        write!(f, "{:>8} {:>12} {:>12}", "size", "live", "cached")?;
        for class in self.classes().filter(|class| class.live_blocks + class.cached_blocks > 0) {
            write!(f, "\n{:>8} {:>12} {:>12}", class.size, class.live_blocks, class.cached_blocks)?;
        }
        Ok(())
    }
}
