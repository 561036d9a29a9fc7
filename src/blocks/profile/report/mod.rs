//! The counts of a profile at one moment, and the file formats of profile viewers.

mod collapsed;
mod dhat;
mod mappings;
mod pprof;
mod stacks;
mod symbols;

use core::fmt;
use std::boxed::Box;
use std::io;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};
use std::vec::Vec;

use super::recorder::Copy;
use super::{Profiling, Sampling};
use symbols::Symbols;

/// The counts of a [`Profile`](super::Profile) at one moment.
///
/// Bytes are requested bytes, and blocks live until they are freed. While the profile samples, all numbers are estimates: the relative error
/// of a sum over blocks that stand for `n` samples is about `1 / sqrt(n)`. With [`Sampling::All`] they are exact.
///
/// Names of functions are looked up when a file is first written. In files the innermost frames, which belong to the allocators themselves,
/// are left out. Where a name is missing, its place in the file is shown: in a stripped library, in a library that has been unloaded, and
/// in one that was loaded after the process first looked names up.
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::profile::Sampling;
/// use janus_alloc::{Profile, System, collections::Vec};
///
/// let profile = Profile::with_sampling(System, Sampling::All);
/// let text = Vec::<u8, _>::with_capacity_in(1000, &profile);
/// let report = profile.report();
/// println!("{report}");
/// assert_eq!(report.live_bytes(), 1000);
/// ```
pub struct Report {
    sampling: Sampling,
    sites: Vec<Site>,
    samples: usize,
    lost: u64,
    /// The time from the first sample to the report.
    duration: Duration,
    /// The time from the first sample to the peak of the live bytes.
    peak_time: Duration,
    taken: SystemTime,
    symbols: OnceLock<Symbols>,
}

/// The counts of the blocks that one place in the program has allocated, by the stack that led to it.
///
/// A block that grows counts where it entered the profile.
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::profile::Sampling;
/// use janus_alloc::{Profile, System, collections::Box};
///
/// let profile = Profile::with_sampling(System, Sampling::All);
/// for _ in 0..3 {
///     drop(Box::new_in(1_u64, &profile));
/// }
/// let report = profile.report();
/// let site = &report.sites()[0];
/// assert_eq!((site.total_blocks, site.max_bytes, site.live_bytes), (3, 8, 0));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Site {
    /// Bytes in live blocks.
    pub live_bytes: u64,
    /// Live blocks.
    pub live_blocks: u64,
    /// Bytes in blocks of this site that were live at the peak of the bytes of all sites.
    pub peak_bytes: u64,
    /// Blocks of this site that were live at that peak.
    pub peak_blocks: u64,
    /// The most bytes of this site that were live at once.
    pub max_bytes: u64,
    /// The blocks of this site that were live at that time.
    pub max_blocks: u64,
    /// All bytes allocated so far: the sizes of allocations, and the bytes that growths added.
    pub total_bytes: u64,
    /// All blocks allocated so far.
    pub total_blocks: u64,
    /// The sum of the lifetimes of all blocks in microseconds, where live ones live until the report.
    pub lifetimes: u64,
    stack: Box<[usize]>,
}

impl Site {
    /// Returns the return addresses of the stack, from the innermost on.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::blocks::profile::Sampling;
    /// use janus_alloc::{Profile, System, collections::Box};
    ///
    /// let profile = Profile::with_sampling(System, Sampling::All);
    /// let boxed = Box::new_in(1, &profile);
    /// # if !cfg!(miri) {
    /// backtrace::resolve(profile.report().sites()[0].stack()[0] as *mut _, |symbol| println!("{symbol:?}"));
    /// # }
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub fn stack(&self) -> &[usize] {
        &self.stack
    }
}

/// One of the numbers of a [`Site`].
///
/// # Examples
///
/// ```
/// use janus_alloc::{Profile, System, blocks::profile::Value};
///
/// let report = Profile::new(System).report();
/// assert_eq!(report.sum(Value::TotalBlocks), report.total_blocks());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// [`Site::live_bytes`]
    LiveBytes,
    /// [`Site::live_blocks`]
    LiveBlocks,
    /// [`Site::peak_bytes`]
    PeakBytes,
    /// [`Site::peak_blocks`]
    PeakBlocks,
    /// [`Site::total_bytes`]
    TotalBytes,
    /// [`Site::total_blocks`]
    TotalBlocks,
}

impl Value {
    fn of(self, site: &Site) -> u64 {
        match self {
            Self::LiveBytes => site.live_bytes,
            Self::LiveBlocks => site.live_blocks,
            Self::PeakBytes => site.peak_bytes,
            Self::PeakBlocks => site.peak_blocks,
            Self::TotalBytes => site.total_bytes,
            Self::TotalBlocks => site.total_blocks,
        }
    }
}

impl Report {
    pub(super) fn new(sampling: Sampling, copy: Option<Copy>) -> Self {
        let (mut sites, mut samples, mut lost) = (Vec::new(), 0, 0);
        let (mut duration, mut peak_time) = (0, 0);
        if let Some(copy) = copy {
            let site = |site: &super::state::Site| {
                let (live, peak, total) = (site.live, site.at_peak(copy.peak.number), site.live.plus(site.freed));
                Site {
                    live_bytes: live.bytes,
                    live_blocks: live.whole_blocks(),
                    peak_bytes: peak.bytes,
                    peak_blocks: peak.whole_blocks(),
                    max_bytes: site.max.bytes,
                    max_blocks: site.max.whole_blocks(),
                    total_bytes: total.bytes,
                    total_blocks: total.whole_blocks(),
                    lifetimes: site.lifetimes(copy.now),
                    stack: site.stack(&copy.addresses).into(),
                }
            };
            sites = copy.sites.iter().map(site).collect();
            (samples, lost, duration, peak_time) = (copy.samples, copy.lost, copy.now, copy.peak.time);
        }
        Self {
            sampling,
            sites,
            samples,
            lost,
            duration: Duration::from_micros(duration),
            peak_time: Duration::from_micros(peak_time),
            taken: SystemTime::now(),
            symbols: OnceLock::new(),
        }
    }

    /// Returns the sampling of the profile.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System, blocks::profile::Sampling};
    ///
    /// assert_eq!(Profile::new(System).report().sampling(), Sampling::default());
    /// ```
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Returns all sites that have had a sample, in the order of their first ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System};
    ///
    /// let report = Profile::new(System).report();
    /// let largest = report.sites().iter().max_by_key(|site| site.live_bytes);
    /// assert!(largest.is_none());
    /// ```
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Returns the number of live blocks that are sampled.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::Profile::new(janus_alloc::System).report().samples(), 0);
    /// ```
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Returns the number of samples that were lost because the system had no memory for them.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::Profile::new(janus_alloc::System).report().lost(), 0);
    /// ```
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Returns the sum of `value` over all sites.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System, blocks::profile::Value};
    ///
    /// assert_eq!(Profile::new(System).report().sum(Value::PeakBlocks), 0);
    /// ```
    #[must_use]
    pub fn sum(&self, value: Value) -> u64 {
        self.sites.iter().map(|site| value.of(site)).sum()
    }

    /// Returns the bytes in live blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::Profile::new(janus_alloc::System).report().live_bytes(), 0);
    /// ```
    #[must_use]
    pub fn live_bytes(&self) -> u64 {
        self.sum(Value::LiveBytes)
    }

    /// Returns the number of live blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::Profile::new(janus_alloc::System).report().live_blocks(), 0);
    /// ```
    #[must_use]
    pub fn live_blocks(&self) -> u64 {
        self.sum(Value::LiveBlocks)
    }

    /// Returns the most bytes that were live at once. While the profile samples, that is the peak of the estimate, which is a
    /// little above the estimate of the peak.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::Profile::new(janus_alloc::System).report().peak_bytes(), 0);
    /// ```
    #[must_use]
    pub fn peak_bytes(&self) -> u64 {
        self.sum(Value::PeakBytes)
    }

    /// Returns all bytes allocated so far: the sizes of allocations, and the bytes that growths added.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::Profile::new(janus_alloc::System).report().total_bytes(), 0);
    /// ```
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.sum(Value::TotalBytes)
    }

    /// Returns the number of all blocks allocated so far.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::Profile::new(janus_alloc::System).report().total_blocks(), 0);
    /// ```
    #[must_use]
    pub fn total_blocks(&self) -> u64 {
        self.sum(Value::TotalBlocks)
    }

    /// Writes the report as JSON for DHAT's viewer: open `dh_view.html`, which comes with valgrind, in a browser and load the file.
    ///
    /// It has the total, maximal, peak and live bytes and blocks of each site, and the lifetimes of blocks. There are no counts of
    /// accesses.
    ///
    /// # Errors
    ///
    /// Returns an error if writing to `to` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System};
    ///
    /// let mut file = Vec::new(); // or `File::create("profile.json")?`
    /// Profile::new(System).report().write_dhat(&mut file)?;
    /// assert!(file.starts_with(br#"{"dhatFileVersion":2"#));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_dhat(&self, to: impl io::Write) -> io::Result<()> {
        dhat::write(self, to)
    }

    /// Writes the report as a gzipped protocol buffer, the format of pprof: `go tool pprof -http=: profile.pb.gz`. Grafana Pyroscope,
    /// Parca, speedscope and others read it, too.
    ///
    /// The values of a sample are the bytes and blocks in total (`alloc_space`, `alloc_objects`), live (`inuse_space`, `inuse_objects`; the
    /// default) and at the peak (`peak_space`, `peak_objects`).
    ///
    /// # Errors
    ///
    /// Returns an error if writing to `to` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Profile, System};
    ///
    /// let mut file = Vec::new(); // or `File::create("profile.pb.gz")?`
    /// Profile::new(System).report().write_pprof(&mut file)?;
    /// assert!(file.starts_with(b"\x1f\x8b"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_pprof(&self, to: impl io::Write) -> io::Result<()> {
        pprof::write(self, to)
    }

    /// Writes the report as collapsed stacks, a line each, for flame graphs: `inferno-flamegraph profile.folded > flame.svg`, or
    /// Brendan Gregg's `flamegraph.pl`. Sites whose `value` is 0 are left out.
    ///
    /// # Errors
    ///
    /// Returns an error if writing to `to` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::blocks::profile::{Sampling, Value};
    /// use janus_alloc::{Profile, System, collections::Box};
    ///
    /// let profile = Profile::with_sampling(System, Sampling::All);
    /// let boxed = Box::new_in([0_u8; 100], &profile);
    /// let mut lines = Vec::new();
    /// profile.report().write_collapsed(Value::LiveBytes, &mut lines)?;
    /// assert!(lines.ends_with(b" 100\n"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_collapsed(&self, value: Value, to: impl io::Write) -> io::Result<()> {
        collapsed::write(self, value, to)
    }

    /// Returns the names of all addresses, which are looked up the first time.
    fn symbols(&self) -> &Symbols {
        self.symbols.get_or_init(|| {
            let _profiling = Profiling::begin();
            Symbols::of(self.sites.iter().flat_map(|site| &*site.stack).copied())
        })
    }
}

/// The sums, as a small table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<6} {:>16} {:>14}", "", "bytes", "blocks")?;
        let rows = [
            ("live", Value::LiveBytes, Value::LiveBlocks),
            ("peak", Value::PeakBytes, Value::PeakBlocks),
            ("total", Value::TotalBytes, Value::TotalBlocks),
        ];
        for (name, bytes, blocks) in rows {
            writeln!(f, "{name:<6} {:>16} {:>14}", self.sum(bytes), self.sum(blocks))?;
        }
        write!(f, "{} sites, {} live samples", self.sites.len(), self.samples)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Report");
        debug.field("sampling", &self.sampling).field("sites", &self.sites).field("samples", &self.samples);
        debug.field("lost", &self.lost).field("duration", &self.duration).finish_non_exhaustive()
    }
}
