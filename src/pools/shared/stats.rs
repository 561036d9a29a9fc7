use core::fmt;

use super::cache::{Bins, Cache, bound};
use super::geometry::SLICE;
use super::heap::Heap;
use super::spans::{CLASSES, Class};
use crate::pools::size_class::size_of_class;
use crate::threads::{SLOTS, Slots};

/// What a [`SharedPool`](super::SharedPool) has at a moment, from [`stats`](super::SharedPool::stats). In bytes of blocks, not
/// of what was asked for.
///
/// Beside working threads a snapshot is of no single moment: what goes from one place to another meanwhile may be counted
/// twice, or not at all.
///
/// # Examples
///
/// ```
/// use janus_alloc::{SharedPool, System, collections::Box};
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
    out: [usize; CLASSES],
    cached: [usize; CLASSES],
    threads: [usize; SLOTS],
    /// All threads beyond.
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
    /// Of a block, in bytes.
    pub size: usize,
    /// In use.
    pub live_blocks: usize,
    /// In the caches of threads.
    pub cached_blocks: usize,
}

/// The cache of one thread, from [`SharedPoolStats::threads`]; or those of all threads beyond the first 512 at a time.
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
    /// A number for the thread, below 512; when it ends, a later thread gets the number and the cache. All threads beyond the first 512 at
    /// a time are told of together, by the number 512.
    pub number: usize,
    /// Of the blocks in the cache.
    pub cached_bytes: usize,
}

impl SharedPoolStats {
    pub(super) fn of(heap: Option<&Heap>, bins: &Slots<Bins>, checked: bool) -> Self {
        let (out, cached) = ([0; CLASSES], [0; CLASSES]);
        let mut stats = Self { checked, held: 0, large: 0, out, cached, threads: [0; SLOTS], other_threads: 0 };
        let Some(heap) = heap else { return stats };
        let in_bin = |cache: &Cache, bin| cache.count(bin) * Class::of(bin).size as usize;
        for (bins, thread) in bins.all().zip(&mut stats.threads) {
            if let Some(cache) = bound(bins) {
                *thread = (0..CLASSES).map(|bin| in_bin(cache, bin)).sum();
            }
        }
        let without_slot = heap.caches().filter(|cache| cache.number() >= SLOTS);
        stats.other_threads = without_slot.map(|cache| (0..CLASSES).map(|bin| in_bin(cache, bin)).sum::<usize>()).sum();
        for class in 0..CLASSES {
            stats.cached[class] = heap.caches().map(|cache| cache.count(class)).sum();
            stats.out[class] = heap.out(class);
        }
        stats.large = heap.large.live() + heap.chunks.runs() * SLICE;
        stats.held = heap.held();
        stats
    }

    /// Whether the pool is [checked](super::Options::checked), as it is by default in a debug build. Threads have no caches then,
    /// and each request takes a lock, so neither its times nor its figures are those of a release build.
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

    /// All that came from the parent.
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

    /// All blocks in use: those of [`classes`](Self::classes), and larger ones.
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

    /// Those of the [live](Self::live_bytes) bytes that are in blocks of more than 128 KiB.
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

    /// The blocks in the caches of threads.
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

    /// The blocks of each size up to 128 KiB, the smallest first.
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
            // Below 0 where what a thread took was counted in its cache only.
            live_blocks: (self.out[class].wrapping_sub(self.cached[class]) as isize).max(0) as usize,
            cached_blocks: self.cached[class],
        })
    }

    /// The threads that have a cache with something in it, the 513th and later ones together.
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

/// The table that a person reads: a line if the pool is [checked](SharedPoolStats::is_checked), the sums, then the classes that have
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
