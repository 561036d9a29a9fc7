//! Questions about a pool and its blocks.

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
    /// Returns the size, in bytes, of the block that serves a request for `layout`: at least the requested size. Within
    /// it, at the same align, the block grows where it is. (A large block that was another's before may have more.)
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
            None => match layout.size().checked_next_multiple_of(large::MIN_ALIGN) {
                Some(size) => size,
                None => layout.size(),
            },
        }
    }

    /// Returns whether `block` points into a chunk of this pool, which takes a few loads; or into a block above 512 KiB
    /// that is in use, which takes a lock and logarithmic time.
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
        self.existing_heap().is_some_and(|heap| heap.chunks.contains(address) || heap.large.owns(address))
    }

    /// Returns a snapshot of the bytes that the pool holds of its parent, and of the blocks of each class that are in
    /// use and in caches.
    ///
    /// Takes no lock and disturbs no thread. It reads counters that change when a bin is filled or flushed, and the
    /// lengths of the bins, 96 for each thread that has a cache. It counts the cached blocks of all threads for each class,
    /// and those of all classes for each thread. The result has some 6 KiB. To count *requests*, and for their
    /// peak, there is [`Stats`](crate::Stats): `Stats<SharedPool>`.
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
        let heap = self.existing_heap();
        let options = heap.map_or_else(|| self.options.given(), |heap| Some(heap.options));
        SharedPoolStats::of(heap, &self.bins, options.is_some_and(|options| options.checked))
    }
}
