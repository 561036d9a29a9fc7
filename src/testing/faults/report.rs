use core::any::Any;
use core::fmt;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::borrow::ToOwned;
use std::boxed::Box;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// The result of [`exhaust`](super::exhaust). `Display` prints the counts, and a line for each fault.
///
/// # Examples
///
/// ```
/// use janus_alloc::{collections::Box, testing::faults::exhaust};
///
/// let report = exhaust(|allocator| Box::try_new_in(1, allocator).map(|boxed| *boxed));
/// assert_eq!(report.to_string(), "1 failures: 0 panics, 0 leaks, 0 misuses, 0 swallowed failures");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "it lists the faults of the code"]
pub struct Report {
    pub(super) failures: usize,
    pub(super) requests: usize,
    faults: Vec<Fault>,
}

impl Report {
    /// Returns the number of requests that were made to fail, one in each run but the last.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{collections::Box, testing::faults::exhaust};
    ///
    /// let report = exhaust(|allocator| {
    ///     let first = Box::try_new_in(1, allocator)?;
    ///     Box::try_new_in(2, allocator).map(|second| *first + *second)
    /// });
    /// assert_eq!(report.failures(), 2);
    /// ```
    #[must_use]
    pub fn failures(&self) -> usize {
        self.failures
    }

    /// Returns the largest number of requests in a run, failed ones included.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{collections::Box, testing::faults::exhaust};
    ///
    /// let report = exhaust(|allocator| Box::try_new_in(1, allocator).map(|boxed| *boxed));
    /// assert_eq!((report.requests(), report.failures()), (1, 1));
    /// ```
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Returns the faults, in the order of the runs.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{collections::Box, testing::faults::{FaultKind, exhaust}};
    ///
    /// let report = exhaust(|allocator| Ok::<_, ()>(Box::try_new_in(1, allocator).is_ok()));
    /// assert_eq!(report.faults()[0].kind, FaultKind::Swallowed);
    /// ```
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Returns whether there are no faults.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{collections::Box, testing::faults::exhaust};
    ///
    /// let report = exhaust(|allocator| Box::try_new_in(1, allocator).map(|boxed| *boxed));
    /// assert!(report.is_clean(), "{report}");
    /// ```
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |name: &str, is_counted: fn(&FaultKind) -> bool| {
            let count = self.faults.iter().filter(|fault| is_counted(&fault.kind)).count();
            format!("{count} {name}")
        };
        let counts = [
            count("panics", |kind| matches!(kind, FaultKind::Panicked(_))),
            count("leaks", |kind| matches!(kind, FaultKind::Leaked { .. })),
            count("misuses", |kind| matches!(kind, FaultKind::Misused(_))),
            count("swallowed failures", |kind| matches!(kind, FaultKind::Swallowed)),
        ];
        write!(f, "{} failures: {}", self.failures, counts.join(", "))?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

/// A fault of the code in one run.
///
/// # Examples
///
/// ```
/// use janus_alloc::{collections::Box, testing::faults::{FaultKind, exhaust}};
///
/// let report = exhaust(|allocator| {
///     let boxed = Box::try_new_in(1_u64, allocator).expect("there is memory");
///     Ok::<_, ()>(*boxed)
/// });
/// let [fault] = report.faults() else { panic!("{report}") };
/// assert!(matches!(&fault.kind, FaultKind::Panicked(message) if message.starts_with("there is memory")));
/// assert_eq!(fault.failed.as_deref(), Some("allocate 8 bytes, align 8"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fault {
    /// The kind of the fault.
    pub kind: FaultKind,
    /// The number of the run, counted from 0, which is that of the request that failed in it.
    pub run: usize,
    /// The request that failed, in words. `None` if none did: the fault does not depend on a failure.
    pub failed: Option<String>,
    /// The stack of that request, and that of the allocation of one of the leaked blocks. Empty without
    /// `RUST_BACKTRACE=1`.
    pub backtrace: String,
}

/// The kind of a fault: what the code did wrong in a run.
///
/// # Examples
///
/// ```
/// use janus_alloc::{collections::Box, testing::faults::{FaultKind, exhaust}};
///
/// let report = exhaust(|allocator| Box::try_new_in(1_u64, allocator).map(Box::leak).map(|leaked| *leaked));
/// assert_eq!(report.faults()[0].kind, FaultKind::Leaked { blocks: 1, bytes: 8 });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It panicked, with this message.
    Panicked(String),
    /// It did not free some blocks.
    Leaked {
        /// The number of blocks.
        blocks: usize,
        /// The sum of their sizes.
        bytes: usize,
    },
    /// It returned `Ok` although a request failed.
    Swallowed,
    /// It freed, grew or shrank a block that is not live, or with a layout that does not fit the block. The call did nothing.
    Misused(String),
    /// It returned `Err` although no request failed.
    Refused,
    /// It made fewer requests than in an earlier run, so what it does depends on something else.
    Changed {
        /// The requests in this run.
        requests: usize,
    },
}

impl Fault {
    pub(super) fn new(kind: FaultKind, run: usize, failed: Option<&FailedRequest>, origin: Option<&String>) -> Self {
        let place = failed.map(|failed| text(&failed.place)).filter(|text| !text.is_empty());
        let place = place.map(|text| format!("the request was made here:\n{text}\n"));
        let origin = origin.filter(|text| !text.is_empty());
        let origin = origin.map(|text| format!("a leaked block was allocated here:\n{text}\n"));
        let backtrace = place.into_iter().chain(origin).collect();
        Self { kind, run, failed: failed.map(|failed| failed.call.clone()), backtrace }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failed {
            Some(call) => write!(f, "request {} fails ({call}): ", self.run)?,
            None => write!(f, "no request fails: ")?,
        }
        match &self.kind {
            FaultKind::Panicked(message) => write!(f, "panic: {message}")?,
            FaultKind::Leaked { blocks, bytes } => write!(f, "leak of {bytes} bytes in {blocks} blocks")?,
            FaultKind::Swallowed => write!(f, "swallowed, the result is `Ok`")?,
            FaultKind::Misused(what) => write!(f, "misuse: {what}")?,
            FaultKind::Refused => write!(f, "the result is `Err`")?,
            FaultKind::Changed { requests } => write!(f, "only {requests} requests, fewer than in an earlier run")?,
        }
        if !self.backtrace.is_empty() {
            write!(f, "\n{}", self.backtrace.trim_end())?;
        }
        Ok(())
    }
}

/// A request that was chosen to fail.
#[derive(Debug)]
pub(super) struct FailedRequest {
    pub(super) call: String,
    pub(super) place: Backtrace,
}

/// Returns the frames of a backtrace that was captured.
pub(super) fn text(backtrace: &Backtrace) -> String {
    let is_captured = backtrace.status() == BacktraceStatus::Captured;
    if is_captured { backtrace.to_string() } else { String::new() }
}

/// Returns the message of a panic.
pub(super) fn message(payload: Box<dyn Any + Send>) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a value that is not a string").to_owned()
}
