/// The options of [`check`](super::check). Set the fields that matter, and take the rest from `default`.
///
/// # Examples
///
/// ```
/// use janus_alloc::testing::conformance::Options;
///
/// let options = Options { seed: 7, operations: 1_000_000, ..Options::default() };
/// assert_eq!(options.max_size, 1 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The seed of the random sequence. The same seed and options give the same sequence, if the allocator returns the
    /// same results. If its failures depend on addresses, make those repeat (`setarch -R`). Default: 0.
    pub seed: u64,
    /// The number of operations. Default: 100,000, for which an arena that never frees needs some tens of megabytes.
    pub operations: usize,
    /// The maximum size of a request in bytes; above 1 GiB it counts as 1 GiB. Most requests are far smaller. Default:
    /// 1 MiB.
    pub max_size: usize,
    /// The maximum align of a request, rounded down to a power of two. Aligns of 64 KiB and 2 MiB are requested as
    /// well, but rarely, and may fail. Default: 4096.
    pub max_align: usize,
    /// The maximum number of live blocks. Default: 128.
    pub max_live: usize,
    /// Whether it is a violation if a block stays at its address while its align changes, even if the address is
    /// aligned. The trait allows it. Rule 4 of [this crate](crate::api#the-rules) does not, because an allocator that
    /// finds the memory of a block by its align would look in the wrong place. Default: `false`.
    pub strict_realign: bool,
    /// Whether to request layouts near `isize::MAX`. Set it to `false` to check the rest of an allocator that is known
    /// to crash on these. Default: `true`.
    pub huge_layouts: bool,
    /// Whether to call `deallocate`, `grow`, `grow_zeroed` and `shrink` at size 0 with pointers that the allocator
    /// never returned. The trait allows only pointers that it returned. Rule 6 of [this crate](crate::api#size-0)
    /// allows all aligned pointers, because collections pass them. Default: `true`.
    pub dangling_pointers: bool,
    /// Whether some requests are expected to fail. If so, and none fails, the run [warns](super::Report::warning).
    /// Default: [`Failures::Expected`].
    pub failures: Failures,
    /// Whether to print each call to the standard error before making it. If an allocator ends the process, the last
    /// line shows the call that did. Default: `false`.
    pub print_calls: bool,
}

/// Whether an allocator is expected to refuse some requests of a run, besides those near `isize::MAX` bytes.
///
/// # Examples
///
/// ```
/// use janus_alloc::System;
/// use janus_alloc::testing::conformance::{Failures, Options, check};
///
/// // `System` fails when the memory of the machine is used up, which a run does not reach.
/// let options = Options { failures: Failures::NotExpected, operations: 10_000, ..Options::default() };
/// assert_eq!(check(System, &options).unwrap().warning(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Failures {
    /// The allocator has a limit, which the run is meant to reach. A run without a failure warns that the limit was not
    /// tested.
    #[default]
    Expected,
    /// The allocator has no limit that a run could reach.
    NotExpected,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            operations: 100_000,
            max_size: 1 << 20,
            max_align: 4096,
            max_live: 128,
            strict_realign: false,
            huge_layouts: true,
            dangling_pointers: true,
            failures: Failures::Expected,
            print_calls: false,
        }
    }
}
