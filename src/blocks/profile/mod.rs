//! A block that finds the places in a program that allocate its memory.

mod allocator;
#[cfg(target_os = "linux")]
mod c_malloc;
mod countdown;
mod filter;
mod recorder;
mod report;
mod sampling;
mod stack;
mod state;
mod weight;

use core::fmt;

use crate::threads::local::{self, Flag};
use countdown::Countdowns;
use filter::Filter;
use recorder::RecorderPlace;
pub use report::{Report, Site, Value};
pub use sampling::Sampling;
use sampling::SamplingSource;

/// Samples the blocks that pass to `A`, each with the stack that allocated it, and writes heap profiles.
///
/// By default one block in 512 KiB of allocated bytes is sampled, with exponentially distributed distances. So the estimates of a
/// [`Report`] are unbiased: a sampled block of `n` bytes stands for `n / (1 - exp(-n / 512 KiB))` bytes. With
/// [`Sampling::All`] each block is sampled and each number is exact.
///
/// * **Cost per call** that is not sampled: to allocate or grow, a thread-local read and a countdown in memory of the calling thread
///   (for the first 32 threads that live at a time; all others share an atomic countdown); to free, grow or shrink, a look at a
///   table by the address of the block. Together 36 instructions for an allocation and its `deallocate`; 7 while it is
///   [`Sampling::Off`]; none if its type says `ON = false`. (Counted by `cargo run --release -p janus-benches --bin instructions -- blocks`.)
/// * **Cost per sample**: a walk up the stack, at most 128 frames, some microseconds in all; a lock for the entry into a table. To free a
///   sampled block takes the lock again.
/// * **Size**: a little over 4 KiB in addition to `A`; pass it to a collection by reference. Samples and stacks are kept in whole
///   pages from the operating system: 32 bytes a live sample, and 64 bytes for the table that rules out blocks that are not sampled; for
///   each different stack about 200 bytes and its addresses. With [`Sampling::All`] there is no table but the samples.
/// * **Blocks** are exactly as long as requested, whatever `A` returns, so that the bytes freed equal the bytes allocated.
/// * **Growth and shrinking**: a sampled block that grows or moves stays sampled under the stack that it has. The bytes that a growth
///   adds are sampled as those of an allocation. A block that shrinks may leave the sample, so that the estimate stays unbiased.
///   (C's `realloc` passes the usable size of the old block. So behind [`export_malloc!`](crate::export_malloc) the bytes
///   between the requested and the usable size are not sampled for a block that grows.)
/// * **Threads**: `Sync` if `A` is. It can stand behind `#[global_allocator]` if `A` can.
/// * **Recursion**: while a thread takes a sample or reports, what it allocates is served and not sampled. A stack consists
///   of addresses; their names are looked up when a report is written.
/// * **Fork**: the child has a copy of the profile, and continues it. If a signal handler that interrupted the profile itself
///   has forked, the profile of the child ends.
/// * **Signals**: a handler may allocate and free what the parent lets it. What it does while it interrupts the profile is not sampled.
/// * **Failure**: where there is no memory for a sample, the block is served without, and [`Report::lost`] counts it.
/// * **Size 0** is passed on and not sampled ([rule 6](crate::api#size-0)). **`deallocate`** ends the sample of the block, if there
///   is one, and passes the block on.
///
/// **`ON = false`** switches the profile off at compile time: calls go to `A` and nowhere else, and reports are empty. So a program can leave
/// its profile in place and switch it by a feature of its own. [`switched`](Self::switched) and
/// [`switched_from`](Self::switched_from) create a profile of either kind; all other ways to create one are for `ON = true`.
///
/// Free a block through the `Profile` that allocated it: the sample of a block that is freed directly through `A` stays live.
///
/// The feature `profile` enables it. The sampling is that of tcmalloc and jemalloc; the files are those of valgrind's DHAT, of
/// pprof, and of Brendan Gregg's flame graphs.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, Profile, SharedPool, blocks::profile::Value};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Profile<SharedPool>> = AsGlobal::new(Profile::new(SharedPool::new()));
///
/// let pages: Vec<Vec<u8>> = (0..100).map(|_| vec![0; 1 << 20]).collect();
/// let report = DEFAULT.report();
/// assert!((80 << 20..120 << 20).contains(&report.live_bytes()));
///
/// let (mut dhat, mut pprof, mut stacks) = (Vec::new(), Vec::new(), Vec::new());
/// report.write_dhat(&mut dhat)?; // for valgrind's dh_view.html
/// report.write_pprof(&mut pprof)?; // for `go tool pprof`
/// report.write_collapsed(Value::LiveBytes, &mut stacks)?; // for `inferno-flamegraph`
/// # assert!(!dhat.is_empty() && !pprof.is_empty() && !stacks.is_empty());
/// # drop(pages);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// One collection, to the byte:
///
/// ```
/// use janus_alloc::blocks::profile::Sampling;
/// use janus_alloc::{Profile, System, collections::Vec};
///
/// let profile = Profile::with_sampling(System, Sampling::All);
/// let mut numbers = Vec::with_capacity_in(100, &profile);
/// numbers.push(1_u64);
/// let report = profile.report();
/// assert_eq!((report.live_bytes(), report.live_blocks(), report.sites().len()), (800, 1, 1));
/// ```
///
/// Switched by a feature of the program:
///
/// ```
/// use janus_alloc::blocks::profile::Sampling;
/// use janus_alloc::{AsGlobal, Profile, SharedPool};
///
/// const ON: bool = cfg!(feature = "heap-profile");
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Profile<SharedPool, ON>> =
///     AsGlobal::new(Profile::switched(SharedPool::new(), Sampling::EveryBytes(512 << 10)));
///
/// let report = DEFAULT.report();
/// assert_eq!(report.sampling() == Sampling::Off, !ON);
/// ```
pub struct Profile<A, const ON: bool = true> {
    countdowns: Countdowns,
    filter: Filter,
    recorder: RecorderPlace,
    sampling: SamplingSource,
    seed: u64,
    parent: A,
}

impl<A> Profile<A> {
    /// Creates a `Profile` over `parent` that samples one block in 512 KiB of allocated bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System, collections::Box};
    ///
    /// let profile = Profile::new(System);
    /// assert_eq!(*Box::new_in(1, &profile), 1);
    /// ```
    #[must_use]
    pub const fn new(parent: A) -> Self {
        Self::with_sampling(parent, Sampling::DEFAULT)
    }

    /// Creates a `Profile` over `parent` with the given `sampling`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::blocks::profile::Sampling;
    /// use janus_alloc::{Profile, System};
    ///
    /// static PROFILE: Profile<System> = Profile::with_sampling(System, Sampling::EveryBytes(64 << 10));
    /// # drop(janus_alloc::collections::Box::new_in(1, &PROFILE));
    /// ```
    #[must_use]
    pub const fn with_sampling(parent: A, sampling: Sampling) -> Self {
        Self::switched(parent, sampling)
    }

    /// Creates a `Profile` over `parent` with the sampling that `choose` returns when it is first needed. This is for a sampling that
    /// depends on the running process, such as on an environment variable.
    ///
    /// `choose` runs while the profile serves a request, and no lock is held. What it allocates is served and not sampled. If
    /// several threads use a new profile at the same time, each may call it, and one of the results is kept. A panic in it ends the
    /// process. It must not ask the same profile for its sampling or a report: they wait for its answer, so it would call itself until
    /// the stack overflows, which ends the process too.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::blocks::profile::Sampling;
    /// use janus_alloc::{AsGlobal, Profile, System};
    ///
    /// fn sampling() -> Sampling {
    ///     if std::env::var_os("PROFILE").is_some() { Sampling::default() } else { Sampling::Off }
    /// }
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Profile<System>> = AsGlobal::new(Profile::with_sampling_from(System, sampling));
    /// # drop(Box::new(1));
    /// ```
    #[must_use]
    pub const fn with_sampling_from(parent: A, choose: fn() -> Sampling) -> Self {
        Self::switched_from(parent, choose)
    }
}

impl<A, const ON: bool> Profile<A, ON> {
    /// Creates a `Profile` over `parent` with the given `sampling`, or, if `ON` is `false`, one that samples nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::blocks::profile::Sampling;
    /// use janus_alloc::{Profile, System, collections::Box};
    ///
    /// let profile: Profile<_, false> = Profile::switched(System, Sampling::All);
    /// let boxed = Box::new_in(1, &profile);
    /// assert_eq!(profile.report().total_blocks(), 0);
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub const fn switched(parent: A, sampling: Sampling) -> Self {
        Self::from_parts(parent, SamplingSource::given(if ON { sampling } else { Sampling::Off }))
    }

    /// Creates a `Profile` over `parent` whose sampling `choose` returns, as [that of
    /// `with_sampling_from`](Profile::with_sampling_from) does, or, if `ON` is `false`, one that samples nothing and does not call `choose`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::blocks::profile::Sampling;
    /// use janus_alloc::{Profile, System, collections::Box};
    ///
    /// static PROFILE: Profile<System, false> = Profile::switched_from(System, || unreachable!("it is switched off"));
    /// assert_eq!(PROFILE.sampling(), Sampling::Off);
    /// # drop(Box::new_in(1, &PROFILE));
    /// ```
    #[must_use]
    pub const fn switched_from(parent: A, choose: fn() -> Sampling) -> Self {
        Self::from_parts(
            parent,
            if ON { SamplingSource::at_first_use(choose) } else { SamplingSource::given(Sampling::Off) },
        )
    }

    const fn from_parts(parent: A, sampling: SamplingSource) -> Self {
        Self {
            countdowns: Countdowns::new(),
            filter: Filter::new(),
            recorder: RecorderPlace::new(),
            sampling,
            seed: 0,
            parent,
        }
    }

    /// Returns whether nothing is sampled, now and from now on. Without `ON` the compiler knows it.
    #[inline]
    fn is_off(&self) -> bool {
        !ON || self.sampling.is_known_to_be_off()
    }

    /// Sets the seed of the random numbers, before the profile is used. A program that allocates the same on threads that start in the
    /// same order is sampled at the same places with the same seed. The seed is 0 by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System};
    ///
    /// let profile = Profile::new(System).seed(20);
    /// # drop(janus_alloc::collections::Box::new_in(1, &profile));
    /// ```
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Returns the allocator that serves the requests. Requests made to it directly are not sampled.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System};
    ///
    /// let profile = Profile::new(System);
    /// let _: &System = profile.parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Returns the sampling.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System, blocks::profile::Sampling};
    ///
    /// assert_eq!(Profile::new(System).sampling(), Sampling::EveryBytes(512 << 10));
    /// ```
    pub fn sampling(&self) -> Sampling {
        let _profiling = Profiling::begin();
        self.sampling.get()
    }

    /// Copies the counts of all sites. It may be called from any thread at any time, but not from a signal handler.
    ///
    /// Threads that are about to enter or end a sample wait meanwhile. What the calling thread allocates for the report is not
    /// sampled.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::blocks::profile::Sampling;
    /// use janus_alloc::{Profile, System, collections::Box};
    ///
    /// let profile = Profile::with_sampling(System, Sampling::All);
    /// drop(Box::new_in([0_u8; 300], &profile));
    /// let report = profile.report();
    /// assert_eq!((report.live_bytes(), report.peak_bytes(), report.total_bytes()), (0, 300, 300));
    /// ```
    #[must_use]
    pub fn report(&self) -> Report {
        let _profiling = Profiling::begin();
        Report::new(self.sampling.get(), self.recorder.get().and_then(recorder::Recorder::copy))
    }
}

/// Marks the calling thread as working for a profile, so that its requests are not sampled.
struct Profiling;

impl Profiling {
    /// Returns `None` if the thread is marked already, or if there is no memory for the mark.
    #[inline]
    fn begin() -> Option<Self> {
        // `then` and not `then_some`: the drop of a value that is not returned would clear the mark of an outer one.
        (!local::has(Flag::Profiling) && local::set(Flag::Profiling)).then(|| Self)
    }
}

impl Drop for Profiling {
    #[inline]
    fn drop(&mut self) {
        local::clear(Flag::Profiling);
    }
}

impl<A: Default> Default for Profile<A> {
    fn default() -> Self {
        Self::new(A::default())
    }
}

impl<A: fmt::Debug, const ON: bool> fmt::Debug for Profile<A, ON> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Profile");
        debug.field("parent", &self.parent).field("sampling", &self.sampling()).finish_non_exhaustive()
    }
}
