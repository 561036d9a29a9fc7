use core::error::Error;
use core::fmt;

use crate::os::ErrorCode;

/// An error of a constructor: this system, or this process, lacks something that a source promises.
///
/// [`SecretPages`](super::SecretPages), [`HugeTlbPages`](super::HugeTlbPages), [`NumaPages`](super::NumaPages) and
/// [`FilePages`](super::FilePages) try what they need when they are constructed, and return this. Its message says what to do.
///
/// # Examples
///
/// ```
/// use janus_alloc::NumaPages;
/// use janus_alloc::sources::Lacking;
///
/// let error = NumaPages::new(1000).unwrap_err();
/// assert_eq!(error.lacking(), Lacking::NumaNode);
/// println!("{error}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported {
    lacking: Lacking,
    code: ErrorCode,
}

/// The thing that a system or a process [lacks](Unsupported).
///
/// # Examples
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// use janus_alloc::FilePages;
/// use janus_alloc::sources::Lacking;
///
/// let error = FilePages::new_in("/no/such/directory").unwrap_err();
/// assert_eq!(error.lacking(), Lacking::TemporaryFile);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lacking {
    /// No page can be locked in memory.
    LockedMemory,
    /// Pages cannot be left out of core dumps.
    CoreDumpExclusion,
    /// Pages cannot be wiped in the child of a fork.
    WipeOnFork,
    /// No huge page of the size is free, or there are none of that size.
    HugePages,
    /// The NUMA node does not exist, or this process may not use it.
    NumaNode,
    /// No temporary file can be made in the directory.
    TemporaryFile,
    /// The file system is full, or cannot reserve room for a file.
    FileRoom,
    /// The system cannot map a file as this source needs it.
    FileMapping,
    /// No page can be mapped at all.
    Memory,
}

impl Unsupported {
    pub(super) const fn new(lacking: Lacking, code: ErrorCode) -> Self {
        Self { lacking, code }
    }

    /// Returns the thing that is lacking.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SecretPages;
    /// use janus_alloc::sources::Lacking;
    ///
    /// match SecretPages::new() {
    ///     Err(error) if error.lacking() == Lacking::LockedMemory => eprintln!("raise `ulimit -l`: {error}"),
    ///     Err(error) => eprintln!("{error}"),
    ///     Ok(_) => {}
    /// }
    /// ```
    #[must_use]
    pub const fn lacking(&self) -> Lacking {
        self.lacking
    }

    /// Returns the operating system's code of the error, as [`std::io::Error::raw_os_error`] does: `None` if there was no system
    /// call to fail, because the system does not have one, and without the feature `std`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(target_os = "linux")] {
    /// use janus_alloc::NumaPages;
    ///
    /// assert!(NumaPages::new(1000).unwrap_err().raw_os_error().is_some());
    /// # }
    /// ```
    #[must_use]
    pub const fn raw_os_error(&self) -> Option<i32> {
        self.code
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lacking, remedy) = match self.lacking {
            Lacking::LockedMemory => (
                "memory cannot be locked",
                "raise the limit of the process (`ulimit -l`, `LimitMEMLOCK=` of systemd; on Windows the minimum working set)",
            ),
            Lacking::CoreDumpExclusion => (
                "memory cannot be left out of core dumps",
                "use Linux, or `SecretPages::locked`, which does not promise that",
            ),
            Lacking::WipeOnFork => (
                "memory cannot be wiped in the child of a fork",
                "use Linux 4.14 or newer, or `SecretPages::locked`, which does not promise that",
            ),
            Lacking::HugePages => (
                "there is no free huge page of this size",
                "reserve some as root: `sysctl vm.nr_hugepages=64` for the usual size, `nr_hugepages` in a folder of `/sys/kernel/mm/hugepages` for another one",
            ),
            Lacking::NumaNode => (
                "this NUMA node has no memory for this process",
                "choose a node that `/sys/devices/system/node/has_memory` lists, and that the cpuset of the process allows",
            ),
            Lacking::TemporaryFile => (
                "no temporary file can be made in the directory",
                "choose an existing directory that the process may write to",
            ),
            Lacking::FileRoom => (
                "the file system has no room for a file, or cannot reserve it",
                "free some space, or choose a directory on another file system, such as ext4 or XFS",
            ),
            Lacking::FileMapping => ("files cannot be mapped as memory", "use Linux 4.14 or newer, or `Pages`"),
            Lacking::Memory => {
                ("no page can be mapped", "free memory or addresses, or raise the limits of the process")
            }
        };
        f.write_str(lacking)?;
        if let Some(code) = self.code {
            #[cfg(feature = "std")]
            write!(f, " ({})", std::io::Error::from_raw_os_error(code))?;
            #[cfg(not(feature = "std"))]
            write!(f, " (os error {code})")?;
        }
        write!(f, ": {remedy}")
    }
}

impl Error for Unsupported {}

/// An [`io::Error`](std::io::Error) of the kind that the system's code has, or else
/// [`Unsupported`](std::io::ErrorKind::Unsupported), around this error.
#[cfg(feature = "std")]
impl From<Unsupported> for std::io::Error {
    fn from(error: Unsupported) -> Self {
        let kind = error.code.map(|code| Self::from_raw_os_error(code).kind());
        Self::new(kind.unwrap_or(std::io::ErrorKind::Unsupported), error)
    }
}
