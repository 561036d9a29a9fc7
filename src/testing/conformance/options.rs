/// How [`check`](super::check) is to test. All fields are public: name the ones that matter, take the rest from `default`.
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
    /// Where the random sequence starts. The same seed and options give the same sequence, if the allocator answers alike:
    /// one whose failures depend on addresses does so only where addresses repeat (`setarch -R`). Default: 0.
    pub seed: u64,
    /// How many calls are made. Default: 100,000, for which an arena that never frees needs some tens of megabytes.
    pub operations: usize,
    /// The largest block requested, in bytes; at most 1 GiB is. Most blocks are far smaller. Default: 1 MiB.
    pub max_size: usize,
    /// The largest align requested as a rule; rounded down to a power of two. Now and then 64 KiB and 2 MiB are requested
    /// as well: these may fail. Default: 4096.
    pub max_align: usize,
    /// How many blocks are alive at most. Default: 128.
    pub max_live: usize,
    /// Whether a block that stays at its address while its align changes is a violation even if it happens to be
    /// aligned. The trait allows it; rule 4 of [this crate](crate::api#the-rules) does not, because an allocator that
    /// finds a block's place from its align would look in the wrong one. Default: `false`.
    pub strict_realign: bool,
    /// Whether layouts near `isize::MAX` are requested. Without them, an allocator known to crash on these can be checked
    /// for the rest. Default: `true`.
    pub huge_layouts: bool,
    /// Whether pointers that the allocator never returned are sent to `deallocate`, `grow`, `grow_zeroed` and `shrink` at
    /// size 0. The trait allows only pointers that it returned; rule 6 of [this crate](crate::api#size-0) allows all aligned
    /// ones, because collections send them. Default: `true`.
    pub dangling_pointers: bool,
    /// Whether some requests are expected to fail. If they are and none does, the run
    /// [warns](super::Report::warning). Default: [`Failures::Expected`].
    pub failures: Failures,
    /// Whether each call is printed to the standard error before it is made. If an allocator ends the process, the last line
    /// is the call that did. Default: `false`.
    pub print_calls: bool,
}

/// Whether an allocator is expected to refuse some requests of a run, those near `isize::MAX` bytes aside.
///
/// # Examples
///
/// ```
/// use janus_alloc::System;
/// use janus_alloc::testing::conformance::{Failures, Options, check};
///
/// // It fails when the memory of the machine is used up, which no run is meant to reach.
/// let options = Options { failures: Failures::NotExpected, operations: 10_000, ..Options::default() };
/// assert_eq!(check(System, &options).unwrap().warning(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Failures {
    /// The allocator has a limit, which the run is meant to reach. A run without a failure warns that it has not tested that.
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
