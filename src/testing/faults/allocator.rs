use core::fmt;
use core::ptr::NonNull;
use std::backtrace::Backtrace;
use std::format;
use std::string::String;
use std::sync::OnceLock;
use std::vec::Vec;

use super::FaultKind;
use super::ledger::Ledger;
use super::report::FailedRequest;
use crate::api::{AllocError, Allocator, Layout};
use crate::blocks::Failing;

/// The allocator of one run of [`exhaust`](super::exhaust).
///
/// It is `Sync`, and is passed by reference. Blocks come from `System`, each as long as requested.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::Box;
/// use janus_alloc::testing::faults::{FaultAllocator, exhaust};
///
/// let report = exhaust(|allocator: &FaultAllocator| {
///     println!("run {}", allocator.failing_request());
///     Box::try_new_in(1, allocator).map(|boxed| *boxed)
/// });
/// assert_eq!(report.failures(), 1);
/// ```
pub struct FaultAllocator {
    failing: Failing<Ledger>,
    /// The request that failed first.
    failed: OnceLock<FailedRequest>,
    number: usize,
}

impl FaultAllocator {
    /// Creates the allocator of one run. The request `number` is the first that `failing` fails.
    pub(super) fn new(failing: Failing<Ledger>, number: usize) -> Self {
        Self { failing: failing.always_moving(), failed: OnceLock::new(), number }
    }

    /// Returns the number of the request that fails in this run, counted from 0. It is also the number of the run.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{collections::Box, testing::faults::exhaust};
    ///
    /// let mut runs = Vec::new();
    /// let report = exhaust(|allocator| {
    ///     runs.push(allocator.failing_request());
    ///     Box::try_new_in(1, allocator).map(|boxed| *boxed)
    /// });
    /// assert_eq!((runs, report.failures()), (vec![0, 1], 1));
    /// ```
    #[must_use]
    pub fn failing_request(&self) -> usize {
        self.number
    }

    /// Returns the request that was chosen to fail, if the run has reached it.
    pub(super) fn failed_request(&self) -> Option<&FailedRequest> {
        self.failed.get()
    }

    pub(super) fn requests(&self) -> usize {
        self.failing.requests()
    }

    pub(super) fn misuses(&self) -> Vec<FaultKind> {
        self.failing.parent().misuses().into_iter().map(FaultKind::Misused).collect()
    }

    pub(super) fn leak(&self) -> Option<(FaultKind, String)> {
        self.failing.parent().leak()
    }

    /// Records the call if it is the first that was chosen to fail.
    fn note(
        &self,
        result: Result<NonNull<[u8]>, AllocError>,
        call: impl FnOnce() -> String,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if result.is_err() && self.failing.failures() != 0 {
            self.failed.get_or_init(|| FailedRequest { call: call(), place: Backtrace::capture() });
        }
        result
    }

    /// Resizes a block by `resize`, unless it is not live with the layout `old`.
    fn resize(
        &self,
        operation: &str,
        (block, old, new): (NonNull<u8>, Layout, Layout),
        resize: impl FnOnce() -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if !self.failing.parent().check(operation, block, old) {
            return Err(AllocError);
        }
        self.note(resize(), || {
            format!("{operation} from {} to {} bytes, align {}", old.size(), new.size(), new.align())
        })
    }
}

// SAFETY: calls are forwarded. A call that frees or resizes a block that is not live is not forwarded, and changes nothing.
unsafe impl Allocator for FaultAllocator {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.note(self.failing.allocate(layout), || {
            format!("allocate {} bytes, align {}", layout.size(), layout.align())
        })
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.note(self.failing.allocate_zeroed(layout), || {
            format!("allocate_zeroed {} bytes, align {}", layout.size(), layout.align())
        })
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.failing.deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.resize("grow", (block, old, new), || unsafe { self.failing.grow(block, old, new) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.resize("grow_zeroed", (block, old, new), || unsafe { self.failing.grow_zeroed(block, old, new) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.resize("shrink", (block, old, new), || unsafe { self.failing.shrink(block, old, new) })
    }
}

impl fmt::Debug for FaultAllocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultAllocator")
            .field("failing_request", &self.number)
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}
