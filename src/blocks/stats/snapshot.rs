use core::fmt;

/// The counts of a [`Stats`](super::Stats) at one moment. `Display` prints them as a small table.
///
/// Bytes are requested bytes, without the allocator's own overhead. The counts are read one after the other, so a snapshot taken while
/// other threads allocate is inexact: the live bytes and the peak may be off by 64 KiB plus one request for each of these threads,
/// and counts may differ by what happened between reading them.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, Stats, collections::Vec};
///
/// let stats = Stats::new(Global);
/// drop(Vec::<u64, _>::with_capacity_in(1000, &stats));
/// let snapshot = stats.snapshot();
/// assert_eq!((snapshot.live_bytes, snapshot.peak_bytes), (0, 8000));
/// assert!(snapshot.to_string().contains("peak bytes"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Blocks allocated by `allocate` and `allocate_zeroed`, and blocks grown from size 0. Size 0 does not count as a block.
    pub allocations: u64,
    /// Blocks freed by `deallocate`, and blocks shrunk to size 0.
    pub deallocations: u64,
    /// Growths that kept the block's address.
    pub grows_in_place: u64,
    /// Growths that moved the block.
    pub grows_moved: u64,
    /// Shrinks that kept the block's address.
    pub shrinks_in_place: u64,
    /// Shrinks that moved the block.
    pub shrinks_moved: u64,
    /// Bytes copied because their block moved.
    pub bytes_copied: u64,
    /// Bytes in live blocks.
    pub live_bytes: u64,
    /// The most bytes that were live at once. With several threads it may be off by 64 KiB for each.
    pub peak_bytes: u64,
    /// All bytes allocated so far: the sizes of allocations, and the bytes that growths added.
    pub total_bytes: u64,
    /// Bytes that the parent returned beyond the requested ones, summed over allocations, growths and shrinks. `Stats` cuts them off.
    pub slack_bytes: u64,
    /// Requests that failed.
    pub failures: u64,
    /// The largest request in bytes, failed ones included.
    pub largest_request: u64,
}

impl Snapshot {
    /// Returns the counts since `earlier`, a snapshot of the same `Stats`. The live bytes, the peak and the largest request, which are
    /// not counts, are those of `self`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, Stats, collections::Box};
    ///
    /// let stats = Stats::new(Global);
    /// let _before = Box::new_in(1, &stats);
    /// let earlier = stats.snapshot();
    /// let _after = Box::new_in([0_u8; 50], &stats);
    /// let since = stats.snapshot().since(&earlier);
    /// assert_eq!((since.allocations, since.total_bytes, since.live_bytes), (1, 50, 54));
    /// ```
    #[must_use]
    pub const fn since(&self, earlier: &Self) -> Self {
        Self {
            allocations: self.allocations.saturating_sub(earlier.allocations),
            deallocations: self.deallocations.saturating_sub(earlier.deallocations),
            grows_in_place: self.grows_in_place.saturating_sub(earlier.grows_in_place),
            grows_moved: self.grows_moved.saturating_sub(earlier.grows_moved),
            shrinks_in_place: self.shrinks_in_place.saturating_sub(earlier.shrinks_in_place),
            shrinks_moved: self.shrinks_moved.saturating_sub(earlier.shrinks_moved),
            bytes_copied: self.bytes_copied.saturating_sub(earlier.bytes_copied),
            total_bytes: self.total_bytes.saturating_sub(earlier.total_bytes),
            slack_bytes: self.slack_bytes.saturating_sub(earlier.slack_bytes),
            failures: self.failures.saturating_sub(earlier.failures),
            ..*self
        }
    }

    /// Returns the number of growths, in place or moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System};
    ///
    /// assert_eq!(Stats::new(System).snapshot().grows(), 0);
    /// ```
    #[must_use]
    pub const fn grows(&self) -> u64 {
        self.grows_in_place + self.grows_moved
    }

    /// Returns the number of shrinks, in place or moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System};
    ///
    /// assert_eq!(Stats::new(System).snapshot().shrinks(), 0);
    /// ```
    #[must_use]
    pub const fn shrinks(&self) -> u64 {
        self.shrinks_in_place + self.shrinks_moved
    }

    /// Returns the number of live blocks: the allocations less the deallocations.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System};
    ///
    /// assert_eq!(Stats::new(System).snapshot().live_blocks(), 0);
    /// ```
    #[must_use]
    pub const fn live_blocks(&self) -> u64 {
        self.allocations.saturating_sub(self.deallocations)
    }
}

#[cfg(feature = "alloc")]
impl Snapshot {
    /// Adds the counts of another allocator. The peak becomes the sum of both peaks, which the two together may never have reached.
    pub(super) const fn add(&mut self, other: &Self) {
        self.allocations = self.allocations.saturating_add(other.allocations);
        self.deallocations = self.deallocations.saturating_add(other.deallocations);
        self.grows_in_place = self.grows_in_place.saturating_add(other.grows_in_place);
        self.grows_moved = self.grows_moved.saturating_add(other.grows_moved);
        self.shrinks_in_place = self.shrinks_in_place.saturating_add(other.shrinks_in_place);
        self.shrinks_moved = self.shrinks_moved.saturating_add(other.shrinks_moved);
        self.bytes_copied = self.bytes_copied.saturating_add(other.bytes_copied);
        self.live_bytes = self.live_bytes.saturating_add(other.live_bytes);
        self.peak_bytes = self.peak_bytes.saturating_add(other.peak_bytes);
        self.total_bytes = self.total_bytes.saturating_add(other.total_bytes);
        self.slack_bytes = self.slack_bytes.saturating_add(other.slack_bytes);
        self.failures = self.failures.saturating_add(other.failures);
        if self.largest_request < other.largest_request {
            self.largest_request = other.largest_request;
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("allocations", self.allocations),
            ("deallocations", self.deallocations),
            ("live blocks", self.live_blocks()),
            ("grows in place", self.grows_in_place),
            ("grows moved", self.grows_moved),
            ("shrinks in place", self.shrinks_in_place),
            ("shrinks moved", self.shrinks_moved),
            ("bytes copied", self.bytes_copied),
            ("live bytes", self.live_bytes),
            ("peak bytes", self.peak_bytes),
            ("total bytes", self.total_bytes),
            ("slack bytes", self.slack_bytes),
            ("failures", self.failures),
            ("largest request", self.largest_request),
        ];
        for (index, (name, count)) in rows.into_iter().enumerate() {
            let line_end = if index + 1 < rows.len() { "\n" } else { "" };
            write!(f, "{name:<16} {count:>16}{line_end}")?;
        }
        Ok(())
    }
}
