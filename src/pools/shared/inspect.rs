//! What a pool has, and what it would give.

use core::ptr::NonNull;

use super::SharedPool;
use super::geometry::SLICE;
use super::large;
use super::placement::LARGE;
use super::spans::class_of;
use super::stats::SharedPoolStats;
use crate::api::{Allocator, Layout};
use crate::pools::size_class::{last_byte, size_of_class};

impl<A: Allocator> SharedPool<A> {
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
}
