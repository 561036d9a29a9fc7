//! Why a block is not there: an error of a `try_` method, and the end of its twin.

use crate::api::{AllocError, Layout, handle_alloc_error};

/// Why a block is not there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failure {
    /// No layout is so large.
    CapacityOverflow,
    /// The parent had no memory for this layout.
    NoMemory(Layout),
}

impl From<Failure> for AllocError {
    fn from(_: Failure) -> Self {
        Self
    }
}

/// The value, or what std's collections do about a failure: a panic if no layout is so large, and else the end of the program.
#[inline(always)]
#[track_caller]
pub(super) fn or_fail<T>(result: Result<T, Failure>) -> T {
    match result {
        Ok(value) => value,
        Err(failure) => fail(failure),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn fail(failure: Failure) -> ! {
    match failure {
        Failure::CapacityOverflow => panic!("capacity overflow"),
        Failure::NoMemory(layout) => handle_alloc_error(layout),
    }
}

/// The value, or the end of the program if the parent had no memory for `layout`.
#[inline(always)]
pub(super) fn or_end<T>(result: Result<T, AllocError>, layout: impl FnOnce() -> Layout) -> T {
    match result {
        Ok(value) => value,
        Err(AllocError) => handle_alloc_error(layout()),
    }
}
