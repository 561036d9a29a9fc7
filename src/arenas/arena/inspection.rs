//! Methods of `Arena` that report its memory.

use core::fmt;
use core::ops::Range;
use core::ptr::NonNull;

use super::Arena;
use crate::api::Allocator;

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Returns the number of bytes allocated, including padding for alignment and freed blocks that were not the last one.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// arena.alloc(1_u8);
    /// arena.alloc(2_u64);
    /// assert_eq!(arena.allocated_bytes(), 16); // blocks start at multiples of 8
    /// ```
    #[must_use]
    pub fn allocated_bytes(&self) -> usize {
        self.state.allocated()
    }

    /// Returns the highest value of [`allocated_bytes`](Self::allocated_bytes) so far, including scopes, and not affected by resets. A
    /// good argument for [`with_capacity`](Arena::with_capacity) next time.
    ///
    /// Exact if no scope is used. The peak of a scope is added to all bytes of the arena around it, even if the arena allocated some of
    /// them later.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut arena = janus_alloc::Arena::new();
    /// arena.alloc([0_u8; 1000]);
    /// arena.reset();
    /// arena.alloc(1_u64);
    /// assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (8, 1000));
    /// ```
    #[must_use]
    pub fn high_water_bytes(&self) -> usize {
        self.state.high_water()
    }

    /// Returns the number of bytes that all [`chunks`](Self::chunks) have for blocks, used or not. Takes time linear in the number of
    /// chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// arena.alloc(1);
    /// assert_eq!(arena.capacity_bytes(), 4096);
    /// ```
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.state.ranges().map(|range| range.end.addr() - range.start.addr()).sum()
    }

    /// Iterates over the address ranges in which blocks can be, one for each chunk, in no particular order. If blocks are allocated or
    /// freed between two items, a chunk may be missed or come twice.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let pi: *const f64 = arena.alloc(3.14);
    /// assert!(arena.chunks().any(|chunk| chunk.contains(&pi.cast())));
    /// ```
    pub fn chunks(&self) -> impl Iterator<Item = Range<*const u8>> + use<'_, A, MIN_ALIGN> {
        let (mut changes, mut ranges, mut yielded) = (self.state.changes(), self.state.ranges(), 0);
        core::iter::from_fn(move || {
            if changes != self.state.changes() {
                // The next chunk may be gone, so the iteration starts again and skips as many chunks as it has yielded.
                (changes, ranges) = (self.state.changes(), self.state.ranges());
                ranges.by_ref().take(yielded).for_each(drop);
            }
            yielded += 1;
            ranges.next()
        })
    }

    /// Returns whether this arena allocated the live block at `block`, by comparing its address with those of the chunks. Takes time
    /// linear in the number of chunks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::ptr::NonNull;
    ///
    /// let arena = janus_alloc::Arena::new();
    /// let here = NonNull::from(arena.alloc(1)).cast();
    /// let elsewhere = NonNull::from(&1).cast();
    /// assert!(arena.owns(here) && !arena.owns(elsewhere));
    /// ```
    #[must_use]
    pub fn owns(&self, block: NonNull<u8>) -> bool {
        self.state.ranges().any(|range| range.contains(&block.as_ptr().cast_const()))
    }
}

impl<A: Allocator, const MIN_ALIGN: usize> fmt::Debug for Arena<A, MIN_ALIGN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arena")
            .field("allocated_bytes", &self.allocated_bytes())
            .field("high_water_bytes", &self.high_water_bytes())
            .field("capacity_bytes", &self.capacity_bytes())
            .field("chunks", &self.state.ranges().count())
            .finish_non_exhaustive()
    }
}
