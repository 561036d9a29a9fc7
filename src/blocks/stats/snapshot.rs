use core::fmt;

/// What a [`Stats`](super::Stats) had counted at one moment. `Display` prints it as a small table.
///
/// Bytes are bytes as requested, without what the allocator spends on its own. A snapshot taken while other threads work is
/// blurred, since its counts were read one after the other: the live bytes and the peak by up to 64 KiB for each of
/// them and the request it is at, the differences of counts by what happened meanwhile.
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
    /// Blocks given out by `allocate` and `allocate_zeroed`, and grown from size 0. What has size 0 is no block.
    pub allocations: u64,
    /// Blocks given back by `deallocate`, and shrunk to size 0.
    pub deallocations: u64,
    /// Blocks grown that kept their address.
    pub grows_in_place: u64,
    /// Blocks grown that got another address.
    pub grows_moved: u64,
    /// Blocks shrunk that kept their address.
    pub shrinks_in_place: u64,
    /// Blocks shrunk that got another address.
    pub shrinks_moved: u64,
    /// Bytes that had to follow their block to another address.
    pub bytes_copied: u64,
    /// Bytes in blocks now alive.
    pub live_bytes: u64,
    /// The most bytes that were alive at once. With several threads: to within 64 KiB for each.
    pub peak_bytes: u64,
    /// Bytes ever given out: by allocations, and by what blocks grew.
    pub total_bytes: u64,
    /// Bytes the parent returned beyond those requested, over all blocks, growths and shrinks; never handed on.
    pub slack_bytes: u64,
    /// Requests that failed.
    pub failures: u64,
    /// The largest request in bytes, failed ones included.
    pub largest_request: u64,
}

impl Snapshot {
    /// What was counted after `earlier`, a snapshot of the same `Stats`. What is no count stays as it is now: the live and
    /// peak bytes and the largest request.
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

    /// Blocks grown, in place or moved.
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

    /// Blocks shrunk, in place or moved.
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

    /// Blocks now alive: those given out less those given back.
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
