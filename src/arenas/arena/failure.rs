//! Failures of methods that place values: a `try_` method returns them, its infallible twin panics or ends the program.

use crate::api::{AllocError, Layout, handle_alloc_error};

/// The reason that an allocation failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failure {
    /// The size exceeds `isize::MAX`, so there is no layout.
    CapacityOverflow,
    /// The parent had no memory for this layout.
    NoMemory(Layout),
}

impl From<Failure> for AllocError {
    fn from(_: Failure) -> Self {
        Self
    }
}

/// Returns the value, or fails as std's collections do: panics if there is no layout, and calls `handle_alloc_error` if there is no
/// memory.
#[inline(always)]
#[track_caller]
pub(super) fn unwrap_or_fail<T>(result: Result<T, Failure>) -> T {
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

/// Returns the value, or calls `handle_alloc_error` with `layout`.
#[inline(always)]
pub(super) fn unwrap_or_abort<T>(result: Result<T, AllocError>, layout: impl FnOnce() -> Layout) -> T {
    match result {
        Ok(value) => value,
        Err(AllocError) => handle_alloc_error(layout()),
    }
}
