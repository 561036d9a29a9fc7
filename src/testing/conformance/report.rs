use core::fmt;

use super::Failures;

/// The counts of a run without a violation, which show what the run has tested. `Display` prints them as a small table,
/// and the [`warning`](Self::warning) below it, if there is one.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Null, System, testing::conformance::{Options, check}};
///
/// let options = Options { operations: 1000, ..Options::default() };
/// let report = check(System, &options).unwrap();
/// assert!(report.allocations > 100 && report.bytes_checked > 10_000);
/// println!("{report}");
///
/// // An allocator may refuse every request.
/// let report = check(Null, &options).unwrap();
/// assert_eq!(report.allocations, 0);
/// assert!(report.failures > 100);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Operations of the random sequence.
    pub operations: u64,
    /// Blocks from `allocate` and `allocate_zeroed`, and from a `grow` or `shrink` of a pointer that the allocator had
    /// not returned.
    pub allocations: u64,
    /// Blocks freed, those at the end included.
    pub deallocations: u64,
    /// Blocks that `grow` and `grow_zeroed` made larger or left at their size.
    pub grows: u64,
    /// Blocks that `shrink` made smaller or left at their size.
    pub shrinks: u64,
    /// Grows and shrinks that changed the align.
    pub realigns: u64,
    /// Grows and shrinks after which the block had its old address.
    pub in_place: u64,
    /// Blocks, grown and shrunk ones included, requested with size 0.
    pub zero_sized: u64,
    /// Pointers that the allocator had not returned, but accepted at size 0 to be freed, grown or shrunk.
    pub dangling: u64,
    /// Blocks returned longer than requested, so that more than one size fits them.
    pub longer: u64,
    /// Calls that freed or resized a block under a size larger than the requested one.
    pub refits: u64,
    /// Requests that returned an `Err`, except those near `isize::MAX` bytes.
    pub failures: u64,
    /// Requests near `isize::MAX` bytes. With 64-bit addresses all of them returned an `Err`.
    pub huge_requests: u64,
    /// Moves of the allocator value. For clones: how often one of them was dropped and cloned again.
    pub moves: u64,
    /// The maximum number of live blocks at a time.
    pub peak_live: u64,
    /// Bytes compared with their expected values.
    pub bytes_checked: u64,
    /// The option on which the warning depends.
    pub(super) expected: Failures,
}

impl Report {
    /// Returns a warning if the run has tested less than it seems: it did not reach an expected limit, or no request
    /// was served. [`check`](super::check) prints it to the standard error.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::FixedArena;
    /// use janus_alloc::testing::conformance::{Options, check};
    /// use core::mem::MaybeUninit;
    ///
    /// let options = Options { operations: 1000, max_size: 4096, max_align: 64, ..Options::default() };
    /// let mut large = vec![MaybeUninit::uninit(); 16 << 20];
    /// let report = check(&FixedArena::new(&mut large), &options).unwrap();
    /// assert!(report.warning().is_some_and(|warning| warning.starts_with("no request failed")));
    ///
    /// let mut small = [MaybeUninit::uninit(); 4096];
    /// let report = check(&FixedArena::new(&mut small), &options).unwrap();
    /// assert!(report.failures > 0 && report.warning().is_none());
    /// ```
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        if self.operations == 0 {
            return None;
        }
        if self.allocations == 0 {
            return Some("no request was served, so no block was tested");
        }
        (self.failures == 0 && self.expected == Failures::Expected).then_some(
            "no request failed, so a limit of the allocator was not tested: give it less memory than the options ask for, or \
             say `Failures::NotExpected` in the options if it has no limit",
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("operations", self.operations),
            ("allocations", self.allocations),
            ("deallocations", self.deallocations),
            ("grows", self.grows),
            ("shrinks", self.shrinks),
            ("realigns", self.realigns),
            ("in place", self.in_place),
            ("zero-sized", self.zero_sized),
            ("dangling", self.dangling),
            ("longer", self.longer),
            ("refits", self.refits),
            ("failures", self.failures),
            ("huge requests", self.huge_requests),
            ("moves", self.moves),
            ("peak live", self.peak_live),
            ("bytes checked", self.bytes_checked),
        ];
        for (index, (name, count)) in rows.into_iter().enumerate() {
            let line_end = if index + 1 < rows.len() { "\n" } else { "" };
            write!(f, "{name:<14} {count:>16}{line_end}")?;
        }
        if let Some(warning) = self.warning() {
            write!(f, "\nwarning: {warning}")?;
        }
        Ok(())
    }
}
